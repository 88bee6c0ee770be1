"""`scrapy explain`: what the cleaner makes of one page, and why. Nothing is stored."""
