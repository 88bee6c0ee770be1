"""scrapy genspider: Scrapy's own command, with a template of ours for a spider that stores articles."""

from __future__ import annotations

import argparse
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from scrapy.commands.genspider import Command as ScrapyGenspider
from scrapy.commands.genspider import extract_domain, sanitize_module_name, verify_url_scheme

from cleaning.errors import BadArgument
from crawler.command_line.command import ProjectCommand

EXAMPLES = """examples:
  scrapy genspider -t article gazette www.example.org    a spider that stores the articles of a site
  scrapy genspider -t login gazette www.example.org/login
                                                         one that logs in before
  scrapy genspider -t crawl gazette www.example.org      one of Scrapy's templates
  scrapy genspider --list                                the templates
  scrapy genspider --dump article                        what the template writes
"""

OWN_TEMPLATES = Path(__file__).with_name("spider_templates")


class Command(ProjectCommand, ScrapyGenspider):
    """Looks for a template among ours first, then among Scrapy's, or in TEMPLATES_DIR where that is set."""

    examples = EXAMPLES

    def short_desc(self) -> str:
        return "Write a new spider from a template"

    def execute(self, args: list[str], opts: argparse.Namespace) -> None:
        template = opts.dump or (None if opts.list else opts.template)
        if template is not None and self._find_template(template) is None:
            raise BadArgument(f"there is no template {template!r}; choose from: {', '.join(self._list_names())}")
        if not opts.list and not opts.dump:
            if len(args) != 2:
                raise BadArgument("name the spider and its domain: scrapy genspider -t article NAME DOMAIN")
            self._check(args[0], args[1], is_forced=opts.force)
        ScrapyGenspider.run(self, args, opts)

    def _check(self, name: str, url: str, *, is_forced: bool) -> None:
        module = sanitize_module_name(name) if name else ""
        if not module.isidentifier():
            raise BadArgument(f"{name!r} cannot be the name of a spider: its module would be {module!r}")
        if not urlsplit(verify_url_scheme(url)).hostname:
            raise BadArgument(f"{url!r} is no domain; write it like www.example.org")
        if module == self.project_settings["BOT_NAME"]:
            raise BadArgument(f"{name!r} is the name of the project; give the spider another one")
        with redirect_stdout(StringIO()) as told:
            is_there = not is_forced and self._spider_exists(name)
        if is_there:
            raise BadArgument(f"{' '.join(told.getvalue().split())}; --force overwrites it")

    def _generate_template_variables(self, module: str, name: str, url: str, template_name: str) -> dict[str, Any]:
        from crawler.sites.site_entry import explain_bad_site_name

        made = super()._generate_template_variables(module, name, url, template_name)
        # Scrapy's allowed_domains know no ports.
        made["domain"] = urlsplit(url).hostname or extract_domain(url)
        made["site"] = made["domain"] if explain_bad_site_name(name.lower()) else name.lower()
        made["envname"] = sanitize_module_name(name).upper()  # of variables of the environment
        return made

    def _find_template(self, template: str) -> Path | None:
        name = template if template.endswith(".tmpl") else f"{template}.tmpl"
        places = (Path(name), OWN_TEMPLATES / name, Path(self.templates_dir) / name)
        return next((path for path in places if path.is_file()), None)

    def _list_names(self) -> list[str]:
        folders = (OWN_TEMPLATES, Path(self.templates_dir))
        return sorted({path.stem for folder in folders for path in folder.glob("*.tmpl")})

    def _list_templates(self) -> None:
        from crawler.terminal.output import write_output

        write_output("\n".join(["Available templates:", *(f"  {name}" for name in self._list_names())]) + "\n")
