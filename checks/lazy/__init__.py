"""When the kernel regime returns for classification (arXiv 2605.17606)."""
