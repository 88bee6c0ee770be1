"""Why a request is not made or its response not used, and what that means for its address.

errors.py     the exceptions of our middlewares, download handler and scheduler
refusals.py   the answers by which a server refuses a page to us
outcome.py    turns any exception into a request outcome: a reason to count by, and whether to try again
"""
