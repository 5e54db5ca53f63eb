"""Looking into a file that nobody vouches for: whole, honest in its type, without anything that acts or hides.

Nothing here needs more than the standard library (and pypdf for what is encrypted); it runs in the sandbox
(`ground.inspection.child`), never in the web or the worker itself.
"""
