import torch
from setuptools import setup
from torch.utils.cpp_extension import BuildExtension, CppExtension

REQUIREMENTS = [
    "einops",
    f"torch=={torch.__version__.split('+')[0]}",
]

setup(
    ext_modules=[CppExtension("kernels._ops", ["kernels/ops.cpp"])],
    cmdclass={"build_ext": BuildExtension},
    install_requires=REQUIREMENTS,
)
