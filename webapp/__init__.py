"""The rooms: every page, form and API call of Maillage, one folder for each feature."""

from webapp.shell.house import create_app

__all__ = ["create_app"]
