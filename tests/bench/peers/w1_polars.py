"""W1 with polars, which reads through fastexcel: columns in, groups of a week, a workbook out.   w1_polars.py IN.xlsx OUT.xlsx"""
import sys

import polars as pl

rows = pl.read_excel(sys.argv[1], columns=["検査日", "保健所", "検査数", "陽性数"])
week = pl.col("検査日").dt.truncate("1w").alias("週")
weekly = rows.group_by("保健所", week).agg(pl.len().alias("件数"), pl.col("検査数").sum(), pl.col("陽性数").sum())
weekly = weekly.with_columns((pl.col("陽性数") / pl.col("検査数")).alias("陽性率")).sort("保健所", "週")
weekly.write_excel(sys.argv[2], worksheet="週次集計")
