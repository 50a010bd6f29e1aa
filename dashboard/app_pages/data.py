"""Data: what came in, what was refused, what do the numbers mean?"""

from dashboard.answers.workspace import book
from dashboard.layout import address, tabs
from dashboard.panels import data_import, data_names, data_tabs, table_browser

asked, status = address.asked(), book().status()
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
    data_tabs.imports(status)
elif chosen == "import":
    data_import.show()
elif chosen == "names":
    data_names.show()
elif chosen == "refused":
    data_tabs.refused(status)
elif chosen == "tables":
    table_browser.show(asked)
else:
    data_tabs.definitions()
