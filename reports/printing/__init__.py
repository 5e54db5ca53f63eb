"""The files of the monthly report: frozen values go in, PDF and XLSX bytes come out; nothing here asks the
database.

`data` holds the values, `sums` says where a total differs from its parts, `checksum` names the values by
one number, `sections` puts them into sections and tables once for both kinds of file, `pdf` and `xlsx`
write them.
"""
