"""The page that the pipeline ends with: pictures, numbers, and where each came from."""

from netsim.report.page import write_report

__all__ = ["write_report"]
