"""The report: one self-contained page that opens with the answer and ends with the command that makes it again."""

from simulation.views.report.page import REPORT, report_html, write_report

__all__ = ["REPORT", "report_html", "write_report"]
