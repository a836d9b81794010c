"""The formulas that the paper prints, for the auditor's word `printed`."""

from theory.printed.conditioning import PRINTED

__all__ = ["PRINTED"]
