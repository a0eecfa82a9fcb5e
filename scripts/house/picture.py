"""Draws the map of the modules: boxes in layers, an arrow from each module to those it imports.

An import that other arrows already imply is left out. The layout is that of Sugiyama, Tagawa and Toda: the longest path
gives the layer, arrows over several layers get a waypoint in each, and each row is ordered by the mean position of its
neighbours.
"""
BOX_HEIGHT, LAYER_HEIGHT, GAP, MARGIN, SWEEPS = 34, 78, 26, 20, 24
STYLE = """
  svg { background: #fff }
  rect { fill: #eef3fa; stroke: #4a6fa5; stroke-width: 1.2 }
  text { font: 14px system-ui, sans-serif; fill: #1b2a41; text-anchor: middle }
  path { fill: none; stroke: #7d8da3; stroke-width: 1.3 }
  marker path { fill: #7d8da3; stroke: none }
"""


def reduce(edges):
    """The edges without those that a longer way implies."""
    reach = {}

    def reachable(node):
        if node not in reach:
            reach[node] = set()  # Ends a search in a graph with a cycle.
            reach[node] = set(edges[node]).union(*(reachable(other) for other in edges[node]))
        return reach[node]

    return {node: [other for other in others
                   if not any(other in reachable(between) for between in others if between != other)]
            for node, others in edges.items()}


def layers_of(edges):
    height = {}

    def visit(node):
        if node not in height:
            height[node] = 0
            height[node] = 1 + max((visit(other) for other in edges[node]), default=-1)
        return height[node]

    for node in edges:
        visit(node)
    return height


def routes(edges, height):
    """Each edge as its nodes and waypoints from top to bottom, and the rows that these form."""
    rows = [[] for _ in range(max(height.values(), default=0) + 1)]
    for node in edges:
        rows[height[node]].append(node)
    paths = []
    for node, others in edges.items():
        for other in others:
            path = [node]
            for level in range(height[node] - 1, height[other], -1):
                path.append((node, other, level))
                rows[level].append(path[-1])
            paths.append(path + [other])
    return rows, paths


def width_of(node):
    return 8.6 * len(node) + 26 if isinstance(node, str) else 10


def place(rows, paths):
    """The x of each node's middle: sweep by sweep, a row is ordered and placed by the means of its neighbours."""
    near = {node: [] for row in rows for node in row}
    for path in paths:
        for upper, lower in zip(path, path[1:]):
            near[upper].append(lower)
            near[lower].append(upper)
    middle = {}
    for row in rows:
        for index, node in enumerate(row):
            middle[node] = index * 150.0 - len(row) * 75
    for sweep in range(SWEEPS):
        for row in rows if sweep % 2 else reversed(rows):
            wish = {node: sum(middle[other] for other in near[node]) / len(near[node]) if near[node] else middle[node]
                    for node in row}
            row.sort(key=lambda node: (wish[node], str(node)))
            left = []
            for node in row:
                room = left[-1][1] + (width_of(left[-1][0]) + width_of(node)) / 2 + GAP if left else wish[node]
                left.append((node, max(wish[node], room)))
            # What was pushed to the right is pushed for all: the row as a whole goes back by the mean.
            shift = sum(at - wish[node] for node, at in left) / len(left)
            middle.update({node: at - shift for node, at in left})
    return middle


def draw(house):
    edges = reduce({name: sorted(house.module_imports(name)) for name in house.layers if name in house.modules})
    height = layers_of(edges)
    rows, paths = routes(edges, height)
    middle = place(rows, paths)
    left = min(middle[node] - width_of(node) / 2 for node in middle) - MARGIN
    right = max(middle[node] + width_of(node) / 2 for node in middle) + MARGIN
    top = len(rows) - 1

    def y(level):
        return MARGIN + (top - level) * LAYER_HEIGHT

    def level_of(node):
        return height[node] if isinstance(node, str) else node[2]

    size = f"{right - left:.0f} {2 * MARGIN + top * LAYER_HEIGHT + BOX_HEIGHT}"
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size}" role="img">',
           "<title>The modules and what each imports; imports that others imply are left out</title>",
           f"<style>{STYLE}</style>",
           '<defs><marker id="arrow" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" '
           'orient="auto"><path d="M0 1L10 5L0 9z"/></marker></defs>']
    for path in paths:
        points = [(middle[path[0]] - left, y(height[path[0]]) + BOX_HEIGHT)]
        for node in path[1:-1]:
            points += [(middle[node] - left, y(node[2])), (middle[node] - left, y(node[2]) + BOX_HEIGHT)]
        points.append((middle[path[-1]] - left, y(height[path[-1]])))
        line = f"M{points[0][0]:.0f} {points[0][1]}"
        for index in range(0, len(points) - 1, 2):
            (x0, y0), (x1, y1) = points[index:index + 2]
            bend = (y0 + y1) / 2
            line += f"C{x0:.0f} {bend:.0f} {x1:.0f} {bend:.0f} {x1:.0f} {y1}"
            if index + 2 < len(points):
                line += f"V{points[index + 2][1]}"
        out.append(f'<path d="{line}" marker-end="url(#arrow)"/>')
    for node in edges:
        box = width_of(node)
        out.append(f'<rect x="{middle[node] - left - box / 2:.0f}" y="{y(level_of(node))}" width="{box:.0f}" '
                   f'height="{BOX_HEIGHT}" rx="6"/>')
        out.append(f'<text x="{middle[node] - left:.0f}" y="{y(level_of(node)) + BOX_HEIGHT / 2 + 5:.0f}">{node}</text>')
    return "\n".join(out + ["</svg>"]) + "\n"
