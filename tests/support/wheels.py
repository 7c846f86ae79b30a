"""Packages made by hand, so that installing them needs no network and no build tool."""

import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

# A build backend inside the project: it makes a wheel of `src`, and a file that only a build makes.
BACKEND = '''
import os, pathlib, zipfile

def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    name = "{name}-1.5-py3-none-any.whl"
    with zipfile.ZipFile(pathlib.Path(wheel_directory, name), "w") as wheel:
        for path in pathlib.Path("src").rglob("*.py"):
            wheel.write(path, path.relative_to("src").as_posix())
        wheel.writestr("{name}/_version.py", "version = '1.5'\\n")
        info = "{name}-1.5.dist-info/"
        wheel.writestr(info + "METADATA", """{metadata}""")
        wheel.writestr(info + "WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
        wheel.writestr(info + "RECORD", "")
    {extra}
    return name
'''


def make_wheel(folder: Path, name: str, version: str = "1.0", requires: Sequence[str] = ()) -> None:
    """A wheel with one module of the package's name."""
    module = name.replace("-", "_")
    folder.mkdir(parents=True, exist_ok=True)
    info = f"{module}-{version}.dist-info"
    needs = "".join(f"Requires-Dist: {line}\n" for line in requires)
    with zipfile.ZipFile(folder / f"{module}-{version}-py3-none-any.whl", "w") as wheel:
        wheel.writestr(f"{module}.py", f"version = {version!r}\n")
        wheel.writestr(
            f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{needs}"
        )
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{info}/RECORD", "")


def project_files(
    name: str, requires: Sequence[str] = (), extra: str = "", pyproject: str = ""
) -> Mapping[str, str]:
    """A project with a backend of its own. `extra` is Python that runs while it is built."""
    needs = "".join(f"Requires-Dist: {line}\n" for line in requires)
    extras = {line.split('"')[1] for line in requires if "extra ==" in line}
    needs += "".join(f"Provides-Extra: {extra_name}\n" for extra_name in sorted(extras))
    metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.5\n{needs}"
    backend = BACKEND.replace("{name}", name).replace("{metadata}", metadata.replace('"', '\\"'))
    return {
        "pyproject.toml": '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'
        f'[project]\nname = "{name}"\ndynamic = ["version", "dependencies"]\n{pyproject}',
        "backend.py": backend.replace("{extra}", extra or "pass"),
        f"src/{name}/__init__.py": f"from {name}._version import version\n",
    }
