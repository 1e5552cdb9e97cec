# SPDX-License-Identifier: MIT
"""Holds a page of kante explain against its JSON: check_page.py PAGE JSON. Prints what is wrong."""
import html.parser
import json
import pathlib
import re
import sys

VOID = {"meta", "input", "br", "link", "img", "hr"}
TAGS = {"html", "head", "meta", "title", "style", "body", "main", "h1", "h2", "p", "div", "b", "span", "details", "summary",
        "button", "i", "section", "table", "thead", "tbody", "tr", "th", "td", "small", "ul", "li", "aside", "script", "label",
        "input", "svg", "g", "rect", "text", "path", "circle"}


class Page(html.parser.HTMLParser):
    """Elements that nest, what the rows of steps and the boxes say, and the data."""

    def __init__(self):
        super().__init__()
        self.problems, self.stack, self.rows, self.boxes, self.data = [], [], {}, set(), ""
        self.row = None

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if tag not in TAGS:
            self.problems.append(f"element {tag}")
        for name, value in attributes.items():
            if name.startswith("on") or name in ("src", "href", "action", "srcdoc"):
                self.problems.append(f"attribute {name}={value}")
        if tag not in VOID:
            self.stack.append((tag, attributes))
        step = attributes.get("data-step")
        if tag == "tr" and step is not None:
            self.row = int(step)
            self.rows[self.row] = ""
        if tag == "g" and step is not None:
            self.boxes.add(int(step))

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        if tag not in VOID:
            self.stack.pop()

    def handle_endtag(self, tag):
        if not self.stack or self.stack[-1][0] != tag:
            self.problems.append(f"</{tag}> at {self.getpos()} closes {self.stack[-1:]}")
        else:
            self.stack.pop()
        if tag == "tr":
            self.row = None

    def handle_data(self, data):
        if self.row is not None:
            self.rows[self.row] += data + " "
        if self.stack and self.stack[-1][0] == "script" and self.stack[-1][1].get("type") == "application/json":
            self.data += data


def problems_of(text, report):
    page = Page()
    page.feed(text)
    page.close()
    yield from page.problems
    if page.stack:
        yield f"not closed: {page.stack}"
    if re.search(r"https?:|//[a-z]|url\(|@import|data:", re.sub(r'<script type="application/json".*?</script>', "", text, flags=re.S)):
        yield "an address"
    steps = report["steps"]
    embedded = json.loads(page.data)
    if embedded["steps"] != steps:
        yield "the data are not the report's"
    if sorted(page.rows) != list(range(len(steps))):
        yield f"rows {sorted(page.rows)} of {len(steps)} steps"
    for i, step in enumerate(steps):
        drawn = "parent" not in step and step["algorithm"] != "known"
        if drawn != (i in page.boxes):
            yield f"box {i}"
        if step["operator"][:200] not in page.rows.get(i, "") and step["operator"].isprintable():
            yield f"row {i} does not name {step['operator']}: {page.rows.get(i)}"
        if drawn and all(name.isascii() and name.isprintable() for name in step["origin"]):
            if "+".join(step["origin"])[:290] not in page.rows.get(i, ""):
                yield f"row {i} does not name {step['origin']}: {page.rows.get(i)}"


if __name__ == "__main__":
    found = list(problems_of(pathlib.Path(sys.argv[1]).read_text(encoding="utf-8"), json.loads(pathlib.Path(sys.argv[2]).read_text())))
    print("\n".join(found[:20]) or "page: ok")
    sys.exit(bool(found))
