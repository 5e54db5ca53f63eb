"""Papers of applications: frozen values go in, PDF bytes come out; nothing here asks the database.

`paper` holds what every paper is made of and prints it, `receipt` writes the receipt of a submission, `book` the
evaluation book of an application with the pages of its files.
"""
