"""The subcommands of ntk-companion, one file each: `add_to` declares the arguments, `run` returns a `Result`.

At import these files load the standard library only, so that ``--help`` is immediate.
"""
