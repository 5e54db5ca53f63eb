"""Printed papers: values and a template go in, the bytes of a PDF come out, the same ones whenever it is made again.

`fonts` holds the pinned fonts, `typesetting` prints, `charts` draws.
"""
