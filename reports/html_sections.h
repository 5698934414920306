// The sections of the page, one function for each, in the order of the page. Between html.h and the
// Report; each adds a whole <section>. No section decides anything: what is said was decided by the
// analysis.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "reports/bars.h"
#include "reports/charts.h"
#include "reports/html_markup.h"
#include "reports/terminal.h"
#include "src/core/comparison.h"
#include "src/core/report.h"

namespace bottleneck {

/// The style sheet of the page: light, dark and paper.
extern const Literal page_style;
extern const Literal chart_style;  ///< of what stands around and in the charts

void add_verdict_section(Markup&, const Report&);  ///< bars included
void add_advice_section(Markup&, const Report&);
void add_proof_section(Markup&, const Report&);    ///< nothing where nothing was rerun
void add_proof(Markup&, const Report&);            ///< without its heading
void add_amdahl_chart(Markup&, const Report&);     ///< inside it; nothing without a demo's points
void add_ratio_chart(Markup&, const Comparison&);  ///< of a comparison; nothing without a ratio
void add_runs_chart(Markup&, const Comparison&);   ///< nothing without runs of both sides
/// Of what was predicted and not measured; nothing where the verdict's class bounds no advice.
void add_advice_curve(Markup&, const Report&);
void add_evidence_section(Markup&, const Report&);
void add_limits_table(Markup&, const Report&);  ///< inside it: measured against what is possible
/// Each chart is a place for the script to draw in, and a table that says the same without it.
void add_roofline_section(Markup&, const Report&, const RooflineChart&);
/// Nothing without roofs. `id`: of the place that the script draws in.
void add_roofs_figure(Markup&, Literal id, std::string title, const RooflineChart&,
                      std::string_view caption);
void add_course_section(Markup&, const Report&, const TimelineChart&);  ///< phases, parallelism
void add_timeline_figure(Markup&, const TimelineChart&);
void add_code_section(Markup&, const Report&, const Charts&, const SourceLines&);
void add_flame_figure(Markup&, const Profile&, const Charts&);
void add_source_lines(Markup&, const Report&, const SourceLines&);
void add_before_after_section(Markup&, const Report&);  ///< nothing where nothing was rerun
void add_quality_section(Markup&, const Report&);
void add_environment_section(Markup&, const Profile&);

/// A table that folds; open where it is short.
void add_folding(Markup&, const Listing&);

/// All rows of the bars of the page: what is not shown rounds to 0 %.
std::vector<BarRow> arrange_page_bars(const std::map<Bottleneck, double>& shares);

/// As in the bars if it has a row there, so that one share has one figure on the page.
std::string describe_share(const std::vector<BarRow>&, Bottleneck, double share);

/// A bar of all shares from left to right; `label` says the same in words.
void add_stacked_bar(Markup&, const std::vector<BarRow>&, std::string_view label);

}  // namespace bottleneck
