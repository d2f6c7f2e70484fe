from __future__ import annotations

import csv
import gzip
import json
import posixpath
import re
import sqlite3
from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote

import jsonschema
import msgspec
import pytest
from msgspec.structs import replace

from native_skew import results
from native_skew.installers import tabs
from native_skew.results import Result
from native_skew.scenarios import Cell
from native_skew.site import downloads, markup, shell
from native_skew.site.result_index import ResultIndex
from support import claims
from support.page import Page, read, target
from support.site import ROOT, build, checkout

GENERATED = (
    "cells/",
    "scenarios/",
    "remedies/",
    "matrix/",
    "links/",
    "results/",
    "timeline/",
    "installers/",
)
LOCAL = "http://127.0.0.1:8000/"  # mkdocs.yml's, where nobody says otherwise
ADDRESSES = Path(__file__).with_name("addresses.txt.gz")


@pytest.fixture(scope="module")
def pages(site: Path) -> dict[Path, Page]:
    return {path: read(path) for path in sorted(site.rglob("*.html"))}


def test_every_cell_has_its_page_and_its_raw_result(site: Path, result_index: ResultIndex) -> None:
    schema = jsonschema.Draft202012Validator(
        json.loads((site / "results/schema.json").read_bytes())
    )
    for number, result in enumerate(result_index.results):
        assert (site / markup.page_of(result.cell).removesuffix(".md") / "index.html").is_file()
        raw = (site / markup.raw_of(result)).read_bytes()
        assert msgspec.json.decode(raw, type=Result) == result
        if number % 50 == 0:
            schema.validate(json.loads(raw))


def test_every_address_that_the_site_had_leads_on(site: Path) -> None:
    """Those of the day on which the record got its form; a page is named by its folder."""
    addresses = gzip.decompress(ADDRESSES.read_bytes()).decode().splitlines()
    assert len(addresses) > 6000
    for address in addresses:
        file = site / address
        file = file / "index.html" if address.endswith("/") or not address else file
        assert file.is_file(), address
        if file.suffix == ".html" and (page := read(file)).is_redirect:
            (href,) = page.links
            found = target(site, file, href)
            assert found is not None, address
            assert found[0].is_file(), address
            assert not found[1] or found[1] in read(found[0]).anchors, address


def test_what_is_unsupported_leads_to_its_installer(site: Path, result_index: ResultIndex) -> None:
    unsupported = [result for result in result_index.results if result.verdict == "unsupported"]
    assert unsupported
    for result in unsupported[::40]:
        folder = site / markup.page_of(result.cell).removesuffix(".md")
        page = read(folder / "index.html")
        assert page.is_redirect
        found = target(site, folder / "index.html", page.links[0])
        assert found == (site / "installers/index.html", result.cell.installer)


def test_all_verdicts_are_in_one_file(site: Path, result_index: ResultIndex) -> None:
    with (site / "results/verdicts.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    connection = sqlite3.connect(site / "results/verdicts.sqlite")
    connection.row_factory = sqlite3.Row
    stored = [dict(row) for row in connection.execute("SELECT * FROM verdicts")]
    connection.close()
    assert stored == rows
    told = {tuple(row[name] for name in (*Cell.__struct_fields__, "verdict")) for row in rows}
    assert len(told) == len(rows)
    assert told > {(*msgspec.structs.astuple(r.cell), r.verdict) for r in result_index.results}


def test_an_older_version_leads_to_the_newest(tmp_path: Path, result_index: ResultIndex) -> None:
    for result in result_index.results:
        if result.cell.scenario != "unstamped-pin" or result.cell.installer != "uv-sync":
            continue
        results.pack([result], tmp_path)
        later = replace(result, cell=replace(result.cell, version="99.0"))
        results.pack([later], tmp_path)
    made = dict(downloads.generate(tmp_path))
    old = "unstamped-pin/only/uv-sync@0.13.9/nothing.cp311"
    new = old.replace("0.13.9", "99.0")
    (href,) = re.findall(r"url=([^\"]*)/\"", made[f"cells/{old}/index.html"].decode())
    assert f"cells/{new}" == posixpath.normpath(posixpath.join(f"cells/{old}", href))
    moved = json.loads(made[f"results/{old}.json"])["moved_to"]
    assert f"results/{new}.json" == posixpath.normpath(
        posixpath.join(f"results/{old}", "..", moved)
    )
    assert f"results/{new}.json" in made
    assert f"cells/{new}/index.html" not in made, "a page takes that address"


def test_every_page_is_reachable_from_the_home_page(site: Path, pages: dict[Path, Page]) -> None:
    reached, waiting = set(), [site / "index.html"]
    while waiting:
        path = waiting.pop()
        if path in reached:
            continue
        reached.add(path)
        links = (target(site, path, href) for href in pages[path].links)
        waiting += [file for file, _ in filter(None, links) if file.suffix == ".html"]
    redirects = {path for path, page in pages.items() if page.is_redirect}
    assert not set(pages) - reached - redirects - {site / "404.html"}


def linked(site: Path, pages: dict[Path, Page], path: Path) -> set[Path]:
    return {found[0] for href in pages[path].links if (found := target(site, path, href))}


def test_every_cell_is_two_links_from_the_matrix(
    site: Path, pages: dict[Path, Page], result_index: ResultIndex
) -> None:
    """Without its script; those of an older version are on the page of the newest."""
    near = linked(site, pages, site / "matrix/index.html")
    there = near.union(*(linked(site, pages, path) for path in near if "scenarios" in path.parts))
    assert not [
        result.cell.id
        for result in result_index.results
        if result.verdict != "unsupported"
        and result is result_index.versions(result)[-1]
        and site / markup.page_of(result.cell).removesuffix(".md") / "index.html" not in there
    ]


def test_the_matrix_holds_every_verdict(site: Path, result_index: ResultIndex) -> None:
    """What its script draws from, read by the record's own names."""
    text = (site / "matrix/index.html").read_text(encoding="utf-8")
    (found,) = re.findall(r"data-matrix-data>(.*?)</script>", text, re.DOTALL)
    data = json.loads(found)
    told = {
        f"{scenario}/{variant}/{column[0]}@{column[1]}/{attempt}.{column[2]}": data["verdicts"][
            letter
        ][0]
        for scenario, variant, _, _, rows in data["places"]
        for attempt, letters in rows.items()
        for column, letter in zip(data["columns"], letters, strict=True)
        if letter != " "
    }
    assert told == {result.cell.id: result.verdict for result in result_index.results}


def test_each_page_that_names_a_command_says_where_it_comes_from(site: Path) -> None:
    count = 0
    for path in site.rglob("index.html"):
        article = path.read_text(encoding="utf-8").partition("<article")[2]
        if re.search(r"<code[^>]*>(<[^>]*>)*native-skew [a-z]+", article):
            count += 1
            assert "git+https://github.com/owner/name" in article, path
    assert count > 1000


def test_no_internal_link_or_anchor_is_broken(site: Path, pages: dict[Path, Page]) -> None:
    broken = []
    for path, page in pages.items():
        for href in page.links:
            if path.name == "404.html" or not (found := target(site, path, href)):
                continue
            file, anchor = found
            if not file.is_file():
                broken.append(f"{path.relative_to(site)}: {href}")
            elif anchor and file.suffix == ".html" and anchor not in pages[file].anchors | {"__"}:
                broken.append(f"{path.relative_to(site)}: no anchor {href}")
    assert not broken


def test_no_page_loads_anything_from_elsewhere(pages: dict[Path, Page]) -> None:
    outside = {r for page in pages.values() for r in page.resources if re.match("(https?:)?//", r)}
    assert not outside


def test_no_style_loads_anything_from_elsewhere(site: Path) -> None:
    for path in [*site.rglob("*.css")]:
        assert not re.search(r"(url\(|@import)\s*['\"]?(https?:)?//", path.read_text()), path


def test_no_page_names_a_machine(site: Path) -> None:
    # A published page shows only the scrubbed /cell, /python and the loopback address.
    for path in site.rglob("*.html"):
        found = re.search(r"(?<![\w.])/(work|root|tmp|home)/\S+", path.read_text(encoding="utf-8"))
        assert not found, f"{path}: {found}"


def test_every_statement_about_a_tool_leads_to_a_cell(
    site: Path, record_property: Callable[[str, object], None]
) -> None:
    found = {
        path.relative_to(site): claims.statements(path.read_text(encoding="utf-8"))
        for path in site.rglob("index.html")
        if not path.relative_to(site).as_posix().startswith(GENERATED)
    }
    bare = [
        f"{path}: {each.text}" for path, own in found.items() for each in own if not each.linked
    ]
    count = sum(map(len, found.values()))
    record_property("statements about tools", count)
    print(f"{count} statements about tools, {len(bare)} without a cell")
    assert not bare, "\n".join(bare)
    assert count > 60


@pytest.mark.parametrize(
    ("html", "said"),
    [
        ("<p>So it is. <code>uv sync</code> fails here.</p>", ["uv sync fails here."]),
        ("<li>pip works. uv refuses.</li>", ["pip works.", "uv refuses."]),
        (
            "<p>uv never reads it (<a href='https://example.org/'>thread</a>).</p>",
            ["uv never reads it (thread)."],
        ),
        ("<table><tr><td>Poetry</td><td>broken</td></tr></table>", ["Poetry broken"]),
        ("<p>It works (<a href='../../cells/x/'>works pip</a>).</p>", []),
        ("<p>pip fails (<a href='../../cells/x/'>broken</a>). It is.</p>", []),
        ("<p>It works (<a href='https://example.org/issues/1'>uv 1</a>).</p>", []),
        (
            "<h2 id='what-is-promised'></h2><p>uv works.</p><h2 id='x'></h2><p>uv fails.</p>",
            ["uv fails."],
        ),
        ("<p>The import fails.</p><pre>uv fails</pre><h2>uv fails</h2>", []),
    ],
)
def test_what_a_statement_without_a_cell_is(html: str, said: list[str]) -> None:
    assert [each.text for each in claims.statements(html) if not each.linked] == said


def test_a_page_that_cites_a_cell_says_when_it_was_verified(site: Path) -> None:
    for path in site.rglob("index.html"):
        text = path.read_text(encoding="utf-8")
        if 'class="verdict' in text and not str(path.relative_to(site)).startswith(
            ("cells/", "matrix/")
        ):
            assert "Last verified:" in text or "remedies/index" in str(path), path


def test_each_written_page_has_an_edit_link(site: Path) -> None:
    assert "github.com/owner/name/edit/main/docs/errors/missing-library.md" in (
        site / "errors/missing-library/index.html"
    ).read_text(encoding="utf-8")


def test_each_written_page_ends_with_what_to_do(site: Path) -> None:
    for source in (ROOT / "docs").rglob("*.md"):
        text = source.read_text(encoding="utf-8")
        asks = ("What to do", "How to prove it", "Run it yourself")
        # Pages on a message have it behind the fix, before the evidence.
        sure = "errors" in source.parts and "### Be sure" in text
        assert sure or any(each in text[-1600:] for each in asks), source


def test_llms_txt_lists_the_pages(site: Path) -> None:
    text = (site / "llms.txt").read_text(encoding="utf-8")
    assert "errors/missing-library" in text
    assert "understand/match-runtime" in text


def test_no_link_for_machines_is_dead(site: Path) -> None:
    listed = [site / "llms.txt", *site.rglob("*.md")]
    assert len(listed) > 30
    count = 0
    for path in listed:
        for href in re.findall(r"\]\((\S+?)\)", path.read_text(encoding="utf-8")):
            address = href.strip("<>").partition("#")[0]
            if address.startswith(LOCAL):
                count += 1
                there = site / unquote(address.removeprefix(LOCAL))
                assert (there / "index.html").is_file() or there.is_file(), f"{path}: {href}"
            else:
                assert href.startswith(("#", "http", "SITE/")), f"{path}: {href}"
    assert count > 500


def test_machines_are_told_the_name_of_each_tab(site: Path) -> None:
    text = (site / "errors/missing-library/index.md").read_text(encoding="utf-8")
    for tool in tabs():
        assert f"**{tool}:**" in text, tool


def test_each_page_has_a_title_and_a_description_of_its_own(
    site: Path, pages: dict[Path, Page]
) -> None:
    for kind in (r"<title>(.*?)</title>", r'<meta name="description" content="(.*?)">'):
        seen: dict[str, Path] = {}
        for path, page in pages.items():
            if page.is_redirect or path.name == "404.html":
                continue
            found = re.search(kind, path.read_text(encoding="utf-8"), re.DOTALL)
            assert found, path
            assert seen.setdefault(found[1], path) == path, f"{path} and {seen[found[1]]}"


def on_the_wire(site: Path, page: Path) -> int:
    """Bytes of a page and all that it loads, compressed as a server does; without the search."""
    loaded = {page} | {f[0] for each in read(page).resources if (f := target(site, page, each))}
    return sum(len(gzip.compress(path.read_bytes(), 6)) for path in loaded)


def test_pages_are_light(site: Path) -> None:
    assert on_the_wire(site, site / "index.html") < 300_000
    assert on_the_wire(site, site / "matrix/index.html") < 400_000


def test_the_site_and_its_cells_are_small(site: Path, pages: dict[Path, Page]) -> None:
    cells = [p.stat().st_size for p in pages if _is_cell(site, p) and not pages[p].is_redirect]
    assert sum(cells) / len(cells) < 20_000
    assert sum(f.stat().st_size for f in site.rglob("*") if f.is_file()) < 100_000_000
    index = (site / "search/search_index.json").read_bytes()
    assert len(gzip.compress(index)) < 100_000


def _is_cell(site: Path, page: Path) -> bool:
    return page.relative_to(site).parts[0] == "cells"


def test_the_frame_of_a_cell_is_filled_in(site: Path, pages: dict[Path, Page]) -> None:
    """Its own address, no mark left, and icons that the shared file has."""
    icons = set(re.findall(r'id="(i\d+)"', (site / shell.ICONS).read_text(encoding="utf-8")))
    used: set[str] = set()
    for path, page in pages.items():
        if not _is_cell(site, path) or page.is_redirect:
            continue
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"xx(title|description|url|article)xx", text), path
        (canonical,) = re.findall(r'<link rel="canonical" href="([^"]*)"', text)
        address = unquote(canonical).removeprefix(LOCAL)
        assert address == f"{path.parent.relative_to(site).as_posix()}/"
        assert text.count("<h1") == 1
        for where, icon in re.findall(r'<use href="([^"#]*)#([^"]*)"', text):
            assert (path.parent / where).resolve() == (site / shell.ICONS).resolve()
            used.add(icon)
    assert used == icons


def test_wrong_claims_fail_the_build(tmp_path: Path) -> None:
    checkout(tmp_path)
    where = "stamped-wheel-elsewhere/no-wheel-fits"
    with (tmp_path / "docs/glossary.md").open("a", encoding="utf-8") as page:
        page.write(f'\n{{{{ claim("{where}/uv-sync/nothing", "works") }}}}\n')
        page.write(f'\n{{{{ cell("{where}/uv-sync/prayer") }}}}\n')
        page.write(f'\n{{{{ said("{where}/uv-sync/nothing", "never printed") }}}}\n')
    done = build(tmp_path, tmp_path / "site")
    assert done.returncode != 0
    assert "3 statements do not hold" in done.stderr
    assert f"glossary.md: claims 'works' of {where}/uv-sync/nothing" in done.stderr
    assert f"no recorded cell '{where}/uv-sync/prayer'" in done.stderr
    assert "'never printed'" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_page_that_nothing_leads_to_fails_the_build(tmp_path: Path) -> None:
    checkout(tmp_path)
    head = "---\ntitle: Lost\ndescription: Nothing leads here.\n---\n\n# Lost\n"
    (tmp_path / "docs/lost.md").write_text(head, encoding="utf-8")
    done = build(tmp_path, tmp_path / "site")
    assert done.returncode == 1
    assert "lost.md" in done.stderr
    assert done.stderr.count("WARNING") == 1
