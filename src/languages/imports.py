"""Finds what Python scripts import, without running them: local files by modulefinder, packages by name.

Reads {project, scripts: [{path, source?, folder}], sites} as JSON from standard input, and prints for each script
{files, sought, packages, problems}. Run with -I -S, so that nothing of the project or of site-packages is run.
"""

import ast
import glob
import importlib.machinery
import json
import modulefinder
import os
import re
import site
import sys

NAMESPACE = "namespace"
COMPILED = 2  # modulefinder's _PY_COMPILED: reading one needs marshal, which trusts its input
MOST_BYTES = 16_000_000

stdlib = [path for path in sys.path if path]


def find(name, path):
    try:
        return importlib.machinery.PathFinder.find_spec(name, path)
    except (ImportError, ValueError, OSError):
        return None


def is_standard(name):
    return name in sys.builtin_module_names or find(name, stdlib) is not None


class Finder(modulefinder.ModuleFinder):
    def __init__(self, project, folder, sites):
        super().__init__(path=[folder])
        self.project = project
        self.sites = sites
        self.local = set()
        self.compiled = set()
        self.problems = []

    def find_module(self, name, path, parent=None):
        spec = find(name, path or self.path)
        if spec is not None and spec.origin is None and spec.submodule_search_locations:
            # A folder without __init__.py counts only if there is no other module of this name.
            if path is None and (is_standard(name) or (find(name, self.sites) or spec).origin):
                raise ImportError(name)
            return None, list(spec.submodule_search_locations)[0], ("", "", NAMESPACE)
        return super().find_module(name, path, parent)

    def load_module(self, fqname, fp, pathname, file_info):
        if file_info[2] == NAMESPACE:
            module = self.add_module(fqname)
            module.__path__ = [pathname]
            return module
        if pathname is None:
            return super().load_module(fqname, fp, pathname, file_info)
        file = pathname
        if os.path.isdir(pathname):
            file = os.path.join(pathname, "__init__.py")
        if os.path.isfile(file):
            self.local.add(file)
            self.compiled.update(compiled_files(file))
            self.local.update(path for path in compiled_files(file) if is_by_hash(path))
            real = os.path.realpath(file)
            if file_info[2] == COMPILED or not inside(self.project, real) or os.path.getsize(real) > MOST_BYTES:
                return self.add_module(fqname)
        if fp is not None:
            self.look(fp.read(), file)
            fp.seek(0)
        return super().load_module(fqname, fp, pathname, file_info)

    def look(self, source, file):
        """Notes syntax errors, and imports by calls."""
        try:
            tree = ast.parse(source, file)
        except SyntaxError as error:
            self.tell("syntax", file, error.lineno, error.offset, error.msg)
            return
        except (ValueError, RecursionError, MemoryError) as error:
            self.tell("syntax", file, 1, 1, str(error))
            return
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            name = getattr(node.func, "id", getattr(node.func, "attr", None))
            if name not in ("__import__", "import_module"):
                continue
            value = getattr(node.args[0], "value", None)
            if not isinstance(value, str):
                self.tell("computed", file, node.lineno, node.col_offset + 1, "this import is computed")
            elif not value.startswith("."):
                self._safe_import_hook(value, None, [])

    def tell(self, kind, file, line, column, reason):
        problem = {"type": kind, "file": file, "line": line or 1, "column": max(column or 1, 1), "reason": reason}
        if problem not in self.problems:
            self.problems.append(problem)


def compiled_files(file):
    """Where Python looks for a compiled file of a module; the version of Python is in the name."""
    folder, name = os.path.split(file)
    stem = os.path.join(folder, "__pycache__", name.rsplit(".py", 1)[0])
    return {f"{stem}.{sys.implementation.cache_tag}.pyc", *glob.glob(glob.escape(stem) + ".*.pyc")}


def is_by_hash(path):
    """Whether Python takes a compiled file whatever its source has become: by hash (PEP 552), as only who asks for
    it gets. One by time is of a source that was saved in the same second."""
    try:
        with open(path, "rb") as compiled:
            return compiled.read(8)[4:5] not in (b"\0", b"")
    except OSError:
        return False


def inside(folder, path):
    return path.startswith(folder.rstrip("/") + "/")


def optional(source):
    """Names that are imported where a failure is caught."""
    names = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Try) and node.handlers:
            for one in (below for statement in node.body for below in ast.walk(statement)):
                if isinstance(one, ast.Import):
                    names.update(alias.name.split(".")[0] for alias in one.names)
                elif isinstance(one, ast.ImportFrom) and one.module:
                    names.add(one.module.split(".")[0])
    return names


def normal(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def distributions(sites):
    """Installed distributions: normal name -> (version, folder of its metadata)."""
    found = {}
    for place in sites:
        for folder in sorted(glob.glob(os.path.join(glob.escape(place), "*-info"))):
            match = re.fullmatch(r"(.+?)-(\d[^-]*)(?:-py[\d.]+)?\.(?:dist|egg)-info", os.path.basename(folder))
            if match:
                found.setdefault(normal(match[1]), (match[2], folder))
    return found


def mentions(folder, module):
    """Whether a distribution has a top-level module of this name."""
    for name, pattern in (("top_level.txt", f"^{re.escape(module)}$"), ("RECORD", f"^{re.escape(module)}(?:/|\\.py,)")):
        try:
            with open(os.path.join(folder, name), encoding="utf-8", errors="replace") as file:
                if re.search(pattern, file.read(), re.M):
                    return True
        except OSError:
            pass
    return False


def version_of(module, sites, installed):
    """'NAME VERSION' of the distribution that has a module; None if the module is not installed."""
    if find(module, sites) is None:
        return None
    own = installed.get(normal(module))
    if own:
        return own[0]
    for name, (version, folder) in installed.items():
        if mentions(folder, module):
            return f"{name} {version}"
    return "of unknown version"


def imports(project, path, source, folder, sites, installed):
    finder = Finder(project, folder, sites)
    finder.look(source, path)
    names = set()
    if not finder.problems or finder.problems[0]["type"] != "syntax":
        try:
            code = compile(source, path, "exec")
            module = finder.add_module("__main__")
            module.__file__ = path
            finder.scan_code(code, module)
            names = {name.split(".")[0] for name in finder.badmodules if name != "__main__"}
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            finder.tell("syntax", path, getattr(error, "lineno", 1), 1, str(error))
    tops = {name.split(".")[0] for name in finder.modules}
    # A module with a syntax error is there, too.
    tops.update(os.path.relpath(file, folder).split("/")[0].rsplit(".py", 1)[0] for file in finder.local)
    packages = {}
    for name in sorted(names - tops):
        if not is_standard(name):
            packages[name] = version_of(name, sites, installed)
    absent = [name for name, version in packages.items() if version is None]
    if absent:
        absent = [name for name in absent if name not in optional(source)]
    seen = {os.path.realpath(path)}
    sought = [os.path.join(folder, name + end) for name in sorted(names - tops) for end in (".py", "/__init__.py")]
    return {
        "files": sorted(file for file in finder.local if os.path.realpath(file) not in seen),
        "sought": [*sought, *sorted(finder.compiled)],
        "packages": packages,
        "absent": absent,
        "problems": finder.problems,
    }


def main():
    given = json.load(sys.stdin)
    sites = [*given["sites"], *site.getsitepackages()]
    if not given["sites"]:
        sites.append(site.getusersitepackages())
    installed = distributions(sites)
    found = []
    for script in given["scripts"]:
        source = script.get("source")
        if source is None:
            with open(script["path"], "rb") as file:
                source = file.read()
        found.append(imports(given["project"], script["path"], source, script["folder"], sites, installed))
    json.dump(found, sys.stdout)


main()
