"""Name the packages: every folder at the top that has an ``__init__``, under ``oirisk``."""

from setuptools import find_packages, setup

FOLDERS = ("flows", "sandbox", "transforms", "schemas", "templates", "warehouse")

setup(
    packages=[
        "oirisk",
        *(
            f"oirisk.{package}"
            for package in find_packages(include=[*FOLDERS, *(f"{name}.*" for name in FOLDERS)])
            if package != "flows._root"
        ),
    ]
)
