"""One self-contained HTML page about a sweep: its map or its points, and everything that led to them."""

from sweep.report.page import lead, page_of, report_html, told, write_page, write_report
from sweep.report.subject import Subject, subject_of

__all__ = ["Subject", "lead", "page_of", "report_html", "subject_of", "told", "write_page", "write_report"]
