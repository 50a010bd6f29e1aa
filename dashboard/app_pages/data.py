"""Data: what came in, what was refused, what do the numbers mean?"""

from dashboard.answers.workspace import workspace
from dashboard.layout import address, tabs
from dashboard.panels.data import (
    file_import,
    import_undo,
    imports_and_refused,
    party_names,
    table_browser,
)

query, status = address.query(), workspace().status()
TITLES = {
    "imports": "Imports",
    "import": "Import a file",
    "refused": "Refused rows",
    "tables": "Tables and API",
    "names": "Names",
    "definitions": "Definitions",
}

chosen = tabs.chosen(TITLES)
if chosen == "imports":
    imports_and_refused.imports(status)
    import_undo.show(status)
elif chosen == "import":
    file_import.show()
elif chosen == "names":
    party_names.show()
elif chosen == "refused":
    imports_and_refused.refused(status)
elif chosen == "tables":
    table_browser.show(query)
else:
    imports_and_refused.definitions()
