#!/usr/bin/env python3
"""Write the arrays that deflate is measured on, one raw file a kind.

usage: make-deflate-data.py FOLDER

Each file is the array's data alone; `kinds.tsv` lists name, item size, atom size, row stride, and group: of the fifteen kinds
that the first goals named (known), those kept aside while the encoder was tuned (aside), or one of what was found later.
"""
import os
import sys

import numpy as np

from deflate_kinds import atom_size, kinds


def main(folder):
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "kinds.tsv"), "w") as table:
        for name, group, array in kinds():
            array = np.ascontiguousarray(array)
            array.tofile(os.path.join(folder, name + ".raw"))
            np.save(os.path.join(folder, name + ".npy"), array)
            stride = array.strides[0] if array.ndim > 1 else 0
            print(name, array.itemsize, atom_size(array.dtype), stride, group, sep="\t", file=table)


main(sys.argv[1])
