// The script of the charts and its hash as bytes of the program (charts.h).
  .section .rodata
  .global bottleneck_charts_script, bottleneck_charts_script_end, bottleneck_charts_hash, bottleneck_charts_hash_end
bottleneck_charts_script:
  .incbin CHARTS_SCRIPT
bottleneck_charts_script_end:
bottleneck_charts_hash:
  .incbin CHARTS_HASH
bottleneck_charts_hash_end:
  .byte 0
  .section .note.GNU-stack, "", @progbits
