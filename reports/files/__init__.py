"""The files of the marketplaces: opening them safely, reading them into lines, writing them in their real
form.

Pure functions without a database: bytes in, frozen lines out. The domain decides what becomes of the lines.
"""
