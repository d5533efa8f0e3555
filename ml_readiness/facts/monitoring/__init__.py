"""What production leaves behind and who looks at it: logs, records, drift, alerts."""
