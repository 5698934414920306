#!/bin/sh
# Usage: junit.sh FOLDER SCHEMA     every sample of JUnit by xmllint and the part of Jenkins's schema that we write; broken ones are refused
set -eu
command -v xmllint > /dev/null || { echo "skip: xmllint is not here; install libxml2-utils"; exit 77; }
count=0
for file in "$1"/*.junit.xml; do
  xmllint --noout --schema "$2" "$file" 2> "$1/xmllint.log" || { cat "$1/xmllint.log"; exit 1; }
  count=$((count + 1))
done
[ "$count" -ge 10 ] || { echo "only $count samples"; exit 1; }
head -c 300 "$1/matmul.junit.xml" > "$1/cut.xml"
sed 's/<testcase /<testcases /' "$1/matmul.junit.xml" > "$1/wrong.xml"
for broken in cut wrong; do
  if xmllint --noout --schema "$2" "$1/$broken.xml" 2> /dev/null; then echo "$broken.xml passed"; exit 1; fi
done
