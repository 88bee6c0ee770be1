"""scrapy remove: take articles or a site down: out of the store and the archive, and never stored again."""

from __future__ import annotations

import argparse
import sys
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from scrapy.utils.log import configure_logging

from cleaning.errors import BadAddress, BadArgument, BroadsheetError
from cleaning.page.canonical import to_canonical_url
from crawler.command_line.command import ProjectCommand
from crawler.terminal.output import write_output

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from storage.articles.erasing import ErasablePage

EXAMPLES = """\
An article goes with its blocks, its revisions and its entries in every index;
in the archive its records are replaced, and all others keep their places. What
stays is its address with day and reason, so that no crawl, replay or recleaning
brings it back. Releases that are written already are not changed: export anew.

examples:
  scrapy remove --dry-run https://www.example.org/a    what would go
  scrapy remove https://www.example.org/a --reason 'letter of 3 May'
  scrapy remove --site herald --yes                    all of a site, without asking
  scrapy remove --list                                 what was taken down, when and why
  scrapy remove --lift https://www.example.org/a       may be crawled and stored again
  scrapy remove                                        finishes what was interrupted

exit status: 0 done, or not confirmed; 1 it failed, or a file that is not ours
still holds it; 2 wrong use; 130 interrupted (start it again to go on)
"""


class Command(ProjectCommand):
    examples = EXAMPLES
    interrupted = "interrupted; scrapy remove goes on with it"

    def syntax(self) -> str:
        return "[options] [URL ...]"

    def short_desc(self) -> str:
        return "Take articles down: out of the store and the archive, and never stored again"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        add = parser.add_argument
        add("--site", metavar="NAME", help="all pages of this site, and the site itself")
        add("--reason", metavar="TEXT", help="why; kept with the address")
        add("--dry-run", action="store_true", help="show what would go, and change nothing")
        add("--yes", action="store_true", help="do not ask; needed where there is no terminal")
        add("--list", action="store_true", help="show what was taken down")
        add("--lift", action="store_true", help="allow that the addresses, or the site, are stored again")
        add("--json", action="store_true", help="with --list or --dry-run: one JSON object a line")

    def execute(self, args: list[str], opts: argparse.Namespace) -> None:
        configure_logging(self.project_settings)
        urls = _parse_urls(args, opts)
        is_asking = not (opts.yes or opts.dry_run or opts.list or opts.lift) and bool(urls or opts.site is not None)
        if is_asking and not sys.stdin.isatty():
            raise BadArgument("nobody can be asked here; give --yes to remove it, or --dry-run to see what would go")
        with self.open_store(upgrade=not (opts.list or opts.dry_run)) as engine:
            if opts.list:
                from crawler.views.removals import print_removed

                print_removed(engine, as_json=opts.json)
                return
            with ExitStack() as stack:
                if not opts.dry_run:
                    self._claim(stack, engine)
                if opts.lift:
                    self._lift(engine, urls, opts.site)
                elif opts.site is not None:
                    self._remove_site(engine, opts)
                else:
                    self._remove_articles(engine, urls, opts)

    def _claim(self, stack: ExitStack, engine: Engine) -> None:
        from storage.database.engine import prepare_data_folder
        from storage.database.locks import claim_data_folder, claim_database

        stack.enter_context(claim_data_folder(prepare_data_folder(Path(self.project_settings["DATA_DIR"]))))
        stack.enter_context(claim_database(engine))

    def _lift(self, engine: Engine, urls: list[str], site: str | None) -> None:
        from storage.articles.tombstones import lift_removed_site, lift_tombstone

        with engine.begin() as connection:
            for url in urls:
                if not lift_tombstone(connection, url):
                    raise BadArgument(f"{url} was not taken down; scrapy remove --list shows what was")
            if site is not None and not lift_removed_site(connection, site):
                raise BadArgument(f"the site {site} was not taken down; scrapy remove --list shows what was")
        what = site if site is not None else f"{len(urls)} address{'es' if len(urls) > 1 else ''}"
        write_output(f"{what} may be crawled and stored again.\n")

    def _remove_articles(self, engine: Engine, urls: list[str], opts: argparse.Namespace) -> None:
        from crawler.removing.remove import refuse_address, remove_pages
        from crawler.views.removals import print_pages

        pages, unstored = _find_pages(engine, urls)
        print_pages(pages, unstored, as_json=opts.json)
        if opts.dry_run or (urls and not self._is_confirmed(opts)):
            return
        now = datetime.now(UTC)
        gone = remove_pages(engine, pages, now=now, reason=opts.reason)
        for url, site in unstored.items():
            refuse_address(engine, url, site, now=now, reason=opts.reason)
        self._finish(engine, sorted({page.site for page in pages}), gone["pages"], gone["foreign records"])

    def _remove_site(self, engine: Engine, opts: argparse.Namespace) -> None:
        from crawler.removing.remove import remove_site
        from crawler.sites.site import match_name
        from crawler.terminal.progress import show_progress
        from storage.articles.erasing import count_pages_of_site
        from storage.database.engine import open_for_reading
        from storage.site_memory.observations import list_sites

        with open_for_reading(engine) as connection:
            site = match_name(list_sites(connection), opts.site, where="in the store")
            total = count_pages_of_site(connection, site)
        write_output(f"{site}: {total:,} pages, with all that was found and learnt of the site\n")
        if opts.dry_run or not self._is_confirmed(opts):
            return
        every = self.project_settings.getfloat("PROGRESS_INTERVAL")
        with show_progress("removing", "pages", every=every) as report:
            now = datetime.now(UTC)
            gone = remove_site(engine, site, lambda done: report(done, total), now=now, reason=opts.reason)
        self._finish(engine, [], gone["pages"], gone["foreign records"])

    def _is_confirmed(self, opts: argparse.Namespace) -> bool:
        if opts.yes:
            return True
        sys.stderr.write("Remove this for good? [y/N] ")
        sys.stderr.flush()
        if sys.stdin.readline().strip().lower() in ("y", "yes"):
            return True
        self.print_message("nothing was removed")
        return False

    def _finish(self, engine: Engine, sites: list[str], pages: int, foreign: int) -> None:
        """Erase from the archive what is due, and learn anew the sites whose pages went."""
        from crawler.recleaning.settler import Settler
        from crawler.removing.erase_archive import erase_archive
        from crawler.removing.remove import discard_copies
        from crawler.terminal.progress import show_progress

        settings = self.project_settings
        data_dir, every = Path(settings["DATA_DIR"]), settings.getfloat("PROGRESS_INTERVAL")
        discard_copies(engine, data_dir)
        try:
            with show_progress("reading the archive", "bytes", every=every) as report:
                erased = erase_archive(engine, data_dir / "archive", report)
        except OSError as error:
            raise BroadsheetError(
                f"the archive still holds it: {error.strerror or error}; scrapy remove goes on with it"
            ) from error
        with Settler(engine, settings, data_dir, _ignore_count) as settling:
            for site in sites:
                settling.settle(site)
        write_output(
            f"Removed {pages:,} page{'' if pages == 1 else 's'} from the store, "
            f"and {erased:,} record{'' if erased == 1 else 's'} from the archive.\n"
        )
        if foreign:
            self.print_message(f"{foreign} records of it are in WARC files outside of our archive, and are still there")
            self.exitcode = 1


def _ignore_count(_site: str, _stat: str, _number: int) -> None:
    """Drop a count: only the run of a crawl has stats."""


def _parse_urls(args: list[str], opts: argparse.Namespace) -> list[str]:
    """Return the canonical URLs that are named. Raise BadArgument for options that do not go together."""
    if opts.site is not None and args:
        raise BadArgument("give either addresses or --site, not both")
    if opts.list and (args or opts.site is not None or opts.lift or opts.dry_run):
        raise BadArgument("--list stands alone")
    if opts.lift and (opts.dry_run or opts.reason is not None):
        raise BadArgument("--lift takes only addresses or --site")
    if opts.lift and not args and opts.site is None:
        raise BadArgument("--lift needs an address, or --site NAME")
    if opts.json and not (opts.list or opts.dry_run):
        raise BadArgument("--json goes with --list or --dry-run")
    urls = []
    for arg in args:
        url = to_canonical_url(arg)
        if url is None:
            raise BadAddress(f"takes addresses of articles, with http:// or https://, got {arg!r}")
        urls.append(url)
    return list(dict.fromkeys(urls))


def _find_pages(engine: Engine, urls: list[str]) -> tuple[list[ErasablePage], dict[str, str]]:
    """Return the stored pages of these addresses, and the addresses of which nothing is stored, each with its site.

    Raise BadArgument for an address that the store has never seen, and for one that was taken down already.
    """
    from storage.articles.erasing import load_erasable_pages
    from storage.articles.saving import make_article_id
    from storage.articles.tombstones import list_tombstones
    from storage.database.engine import open_for_reading
    from storage.frontier.settling import find_sites

    with open_for_reading(engine) as connection:
        pages = load_erasable_pages(connection, [make_article_id(url) for url in urls])
        stored = {page.url for page in pages}
        sites = find_sites(connection, urls)
        removed = {row.url: row.removed_at for row in list_tombstones(connection)} if urls else {}
    for url in urls:
        if url in stored:
            continue
        if url in removed:
            raise BadArgument(f"{url} was taken down on {removed[url]:%Y-%m-%d}; --lift allows it again")
        if url not in sites:
            raise BadArgument(f"the store has no page of {url}, and no source listed it; nothing was removed")
    return pages, {url: sites[url] for url in urls if url not in stored}
