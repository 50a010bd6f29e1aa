"""The analyses as tables: which metric makes each, from which frames, and what it is called.

One module a subject, one `TABLES` each; a table is reachable by the API, the command line
and Data as soon as it stands in one of them.
"""
