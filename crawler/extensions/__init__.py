"""Extensions, one component a file: what listens to a crawl without touching its pages."""
