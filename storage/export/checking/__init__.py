"""Reads releases that anybody may have made: verifies one, compares two.

verify.py           checks a release against its manifest
compare.py          finds the articles that differ between two releases
read_manifest.py    reads manifest.json and reports faults in its form
read_table.py       reads one table of a release
read_back.py        reads and counts the records of the files
read_columns.py     reads the records of SQLite and CSV
safe_open.py        opens files without leaving the folder of the release
"""
