"""The health of each site against its own past: what is odd about a night, told once, with what to do about it.

check_health.py     start here: judge the night of each site in a run, and store what is new, lasts or has healed
judge_site.py       judge one site's night by all tests, and leave out what a graver finding explains
look.py             a night seen from its past: the nights it may be compared with
reading.py          what one test says of a night
probability.py      tails of the negative binomial and the beta-binomial distribution
expectation.py      how many articles a night is expected to bring, by weekday
holidays.py         nights on which most sites have few articles
volume.py           tests of numbers: silent, drop, flood
sources.py          tests of sources: a feed or sitemap that lists nothing any more
access.py           tests of access: unreachable, refused, robots-closed, on-hold, slow
share_test.py       the test of a share: how many of how many, against the shares of the past
shares.py           the shares that are tested: javascript, walls, paywall, no-dates, language, duplicates ...
texts.py            tests of texts: shorter, longer, more-cut, template
gates.py            test of gates that show the beginning of each article: walls
dates.py            tests of dates: false-dates
causes.py           which finding explains which
notice_findings.py  the failure notices of a run as readings
course.py           the course of findings: opened, kept, healed, taken for usual
wording.py          numbers in sentences
describe.py         the health of a run in lines of text
"""
