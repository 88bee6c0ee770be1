"""The AI agents of which it is recorded whether a robots.txt keeps them from a page."""

from __future__ import annotations

from scrapy.robotstxt import RobotParser

# Product tokens in lower case, as their operators document them, and what each is for. Left out: agents whose operator
# does not say that they obey robots.txt, and agents that share their token with an ordinary search engine.
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


def find_refused_agents(rules: RobotParser | None, url: str) -> tuple[str, ...]:
    """Return the AGENTS that these rules keep from `url`, sorted: by a group of their own, or by the group of "*".

    Without rules (None) no agent is refused.
    """
    return () if rules is None else tuple(agent for agent in sorted(AGENTS) if not rules.allowed(url, agent))
