"""NumPy's functions for files, text and printing, each call of which goes through the command `npy`.

`plugin` (for pytest's `-p`) puts them in the place of NumPy's own before NumPy's test modules are imported, so that
those tests test the command. What cannot go through a command (a Python function among the arguments, an object that
only Python has) is left to NumPy and reported by name.
"""
