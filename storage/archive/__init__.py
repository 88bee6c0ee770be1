"""The raw archive: every fetched article page, stored as it was sent, in WARC files.

place.py           where the archive is: its files by their names, in a folder or at an address
open_place.py      open the archive that a data folder and the settings name
elsewhere.py       an archive at an address that fsspec knows, such as s3://bucket/prefix
remote_faults.py   tell what such an archive refuses from what may pass
ranged_file.py     read a large object of it in ranges
object_cache.py    keep copies of its objects on the disk
pack.py            collect records in memory for one of its objects
build.py           build one WARC record as a gzip member
erase.py           erase records, and leave all others in their places
members.py         where each record of a file stands, and what its header says
own_files.py       the files of the archive folder, and what their names say
location.py        where a response lies: a file and an offset
part_locations.py  where the further parts of an article lie
read_back.py       read the responses of a WARC file in order, or one by its location
records.py         parse one WARC record into the HTTP response in it
thin_out.py        write a file anew with some of its records only
repair.py          cut off the truncated end of the files of a run that was killed
spider_note.py     what a spider knows of a page, as one line of a record's header
write.py           append exchanges to WARC files and sync them to the disk
"""
