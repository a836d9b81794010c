"""The formulas that the papers print, for the auditor's word `printed`."""

from theory.printed.foundations import PRINTED

__all__ = ["PRINTED"]
