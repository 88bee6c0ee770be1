"""The AI agents for which it is noted whether a robots.txt keeps them from a page."""

from __future__ import annotations

from scrapy.robotstxt import RobotParser

# Product tokens in lower case, as their operators document them, and what each is for. Left out are those of which no
# operator says that they obey robots.txt, and those whose operator runs an ordinary search engine under the same token.
AGENTS = {
    "ai2bot": "Allen Institute for AI: open data sets and models",
    "amazonbot": "Amazon: answers of its assistants, and training",
    "anthropic-ai": "Anthropic: the former token for training, which many files still name",
    "applebot-extended": "Apple: whether what Applebot fetched may train its models; it fetches nothing itself",
    "bytespider": "ByteDance: training",
    "ccbot": "Common Crawl: the open crawl that many models are trained on",
    "chatgpt-user": "OpenAI: pages that a user of ChatGPT asks for",
    "claude-searchbot": "Anthropic: search results of its assistant",
    "claude-user": "Anthropic: pages that a user of Claude asks for",
    "claudebot": "Anthropic: training",
    "cohere-training-data-crawler": "Cohere: training",
    "diffbot": "Diffbot: structured data, also for training",
    "google-extended": "Google: whether what Googlebot fetched may train and ground Gemini; it fetches nothing itself",
    "gptbot": "OpenAI: training",
    "meta-externalagent": "Meta: training, and indexing for its products",
    "oai-searchbot": "OpenAI: search results of ChatGPT",
    "omgili": "Webz.io: data sold on, also for training",
    "perplexitybot": "Perplexity: its answer engine's index",
    "petalbot": "Huawei: search and its assistant",
    "youbot": "You.com: its answer engine's index",
}


def refused(rules: RobotParser | None, url: str) -> tuple[str, ...]:
    """The AGENTS that these rules keep from `url`, sorted: by a group of their own, or by that of "*".

    None are no rules: nobody is refused.
    """
    return () if rules is None else tuple(agent for agent in sorted(AGENTS) if not rules.allowed(url, agent))
