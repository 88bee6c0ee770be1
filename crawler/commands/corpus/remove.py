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
from crawler.terminal.numbers import count_things
from crawler.terminal.output import write_output

if TYPE_CHECKING:
    from collections import Counter

    from sqlalchemy import Engine

    from storage.articles.erasing import ErasablePage, OtherAddress

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

    @property
    def _data_dir(self) -> Path:
        return Path(self.project_settings["DATA_DIR"])

    def _claim(self, stack: ExitStack, engine: Engine) -> None:
        from storage.database.engine import prepare_data_folder
        from storage.database.locks import claim_data_folder, claim_database

        stack.enter_context(claim_data_folder(prepare_data_folder(self._data_dir)))
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
        from crawler.removing.remove import discard_recleaning, refuse_address, remove_pages
        from crawler.views.removals import print_pages

        pages, others = _find_pages(engine, urls)
        print_pages(pages, others, as_json=opts.json)
        if opts.dry_run or (urls and not self._is_confirmed(opts)):
            return
        discard_recleaning(self._data_dir)
        now = datetime.now(UTC)
        gone = remove_pages(engine, pages, now=now, reason=opts.reason)
        for other in others:
            refuse_address(engine, other.url, other.site, now=now, reason=opts.reason)
        self._finish(engine, gone)

    def _remove_site(self, engine: Engine, opts: argparse.Namespace) -> None:
        from crawler.sites.site import match_name
        from storage.articles.erasing import count_pages_of_site
        from storage.database.engine import open_for_reading
        from storage.site_memory.observations import list_sites

        with open_for_reading(engine) as connection:
            site = match_name(list_sites(connection), opts.site, where="in the store")
            total = count_pages_of_site(connection, site)
        write_output(f"{site}: {count_things(total, 'page')}, with all that was found and learnt of the site\n")
        if opts.dry_run or not self._is_confirmed(opts):
            return
        self._finish(engine, self._erase_site(engine, site, now=datetime.now(UTC), reason=opts.reason))

    def _erase_site(self, engine: Engine, site: str, *, now: datetime, reason: str | None) -> Counter[str]:
        from crawler.removing.remove import discard_recleaning, remove_site
        from crawler.terminal.progress import show_progress
        from storage.articles.erasing import count_pages_of_site
        from storage.database.engine import open_for_reading

        discard_recleaning(self._data_dir)
        with open_for_reading(engine) as connection:
            total = count_pages_of_site(connection, site)
        with show_progress("removing", "pages", every=self.project_settings.getfloat("PROGRESS_INTERVAL")) as report:
            return remove_site(engine, site, lambda done: report(done, total), now=now, reason=reason)

    def _is_confirmed(self, opts: argparse.Namespace) -> bool:
        if opts.yes:
            return True
        sys.stderr.write("Remove this for good? [y/N] ")
        sys.stderr.flush()
        if sys.stdin.readline().strip().lower() in ("y", "yes"):
            return True
        self.print_message("nothing was removed")
        return False

    def _finish(self, engine: Engine, gone: Counter[str]) -> None:
        """Do what is due of this removal and of interrupted ones: sites, what was learnt of them, and the archive.

        The archive comes last, because erasing it marks a removal as done.
        """
        from crawler.night_report.folder import discard_reports
        from crawler.recleaning.settler import Settler
        from crawler.removing.erase_archive import erase_archive
        from crawler.removing.remove import discard_copies, list_due
        from crawler.run.archive_place import archive_place_of
        from crawler.terminal.progress import show_progress

        settings, data_dir = self.project_settings, self._data_dir
        removed_sites, learnt_sites = list_due(engine)
        for site in removed_sites:
            gone += self._erase_site(engine, site.site, now=site.removed_at, reason=site.reason)
        with Settler(engine, settings, data_dir) as settling:
            for name in learnt_sites:
                settling.settle(name)
        discard_copies(engine)
        discard_reports(data_dir)
        every = settings.getfloat("PROGRESS_INTERVAL")
        try:
            with show_progress("reading the archive", "bytes", every=every) as report:
                erased = erase_archive(engine, archive_place_of(settings, data_dir, is_cached=False), report)
        except OSError as error:
            raise BroadsheetError(
                f"the archive still holds it: {error.strerror or error}; scrapy remove goes on with it"
            ) from error
        pages, foreign = gone["pages"], gone["foreign records"]
        write_output(
            f"Removed {pages:,} page{'' if pages == 1 else 's'} from the store, "
            f"and {erased:,} record{'' if erased == 1 else 's'} from the archive.\n"
        )
        if foreign:
            records = count_things(foreign, "record of it is", "records of it are")
            self.print_message(f"{records} in WARC files outside of our archive, and still there")
            self.exitcode = 1


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


def _find_pages(engine: Engine, urls: list[str]) -> tuple[list[ErasablePage], list[OtherAddress]]:
    """Return the stored pages that these addresses lead to, and the addresses that are not those of their pages.

    Raise BadArgument for an address that the store has never seen, and for one that was taken down already; one of
    which the archive still holds something is left out, since that is due anyway.
    """
    from storage.articles.erasing import OtherAddress, load_erasable_pages
    from storage.articles.tombstones import list_tombstones
    from storage.database.engine import open_for_reading
    from storage.frontier.settling import find_sites
    from storage.reading.find_page import find_page

    with open_for_reading(engine) as connection:
        removed = {row.url: row for row in list_tombstones(connection)} if urls else {}
        found = {url: find_page(connection, url) for url in urls if url not in removed}
        pages = load_erasable_pages(connection, sorted({page.id for page in found.values() if page is not None}))
        sites = find_sites(connection, urls)
    for url in urls:
        if url in removed and removed[url].records is None:
            raise BadArgument(f"{url} was taken down on {removed[url].removed_at:%Y-%m-%d}; --lift allows it again")
    by_url = {page.url: page for page in pages}
    others = []
    for url, page in found.items():
        if page is None and url not in sites:
            raise BadArgument(f"the store has no page of {url}, and no source listed it; nothing was removed")
        if url not in by_url:
            leads_to = None if page is None else page.url
            others.append(OtherAddress(url, sites[url] if leads_to is None else by_url[leads_to].site, leads_to))
    return pages, others
