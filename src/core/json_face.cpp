#include "src/core/json_face.h"

#include <algorithm>

#include "src/core/json_demo.h"
#include "src/core/words.h"

namespace bottleneck {
namespace {

/// Shares keep nine digits: the sum of all stays 1 within what any reader compares.
double rounded_share(double share) {
  constexpr double steps = 1e9;
  return std::round(finite(share) * steps) / steps + 0.0;
}

Json encode_detail(Detail detail) {
  return detail == Detail::none ? Json(nullptr) : Json(to_string(detail));
}

Json encode_where(const Where& where) {
  Json object = Json::object();
  if (!where.process.empty()) object["process"] = where.process;
  if (!where.function.empty()) object["function"] = where.function;
  if (!where.file.empty()) object["file"] = where.file;
  if (where.line > 0) object["line"] = where.line;
  if (!object.empty()) object["share"] = rounded_share(where.share);
  return object;
}

Json encode_shares(const std::map<Bottleneck, double>& shares) {
  Json object = Json::object();
  for (const auto& [kind, share] : shares) {
    object[std::string(to_string(kind))] = rounded_share(share);
  }
  return object;
}

Json encode_verdict(const Report& report) {
  const Verdict& verdict = report.verdict;
  Json top = Json::array();
  for (const Bottleneck kind : verdict.top) top.push_back(to_string(kind));
  if (top.empty()) top.push_back(to_string(verdict.kind));
  Json ruled_out = Json::array();
  for (const RuledOut& one : verdict.ruled_out) {
    ruled_out.push_back({{"class", to_string(one.kind)}, {"why", one.why}});
  }
  return {{"class", verdict.mixed ? "mixed" : to_string(verdict.kind)},
          {"detail", encode_detail(verdict.detail)},
          {"parallelism", to_string(verdict.parallelism)},
          {"confidence", to_string(verdict.confidence)},
          {"top", std::move(top)},
          {"tier", to_string(report.profile.tier)},
          {"where", encode_where(verdict.where)},
          {"ruled_out", std::move(ruled_out)},
          {"share", rounded_share(verdict.share)},
          {"sentence", verdict.sentence},
          {"idle", verdict.idle},
          {"by_phase", verdict.by_phase},
          {"ended_by", verdict.ended_by.empty() ? Json(nullptr) : Json(verdict.ended_by)},
          {"reasons", verdict.reasons}};
}

Json encode_phases(const std::vector<Phase>& phases) {
  Json list = Json::array();
  for (const Phase& phase : phases) {
    list.push_back({{"start_s", rounded_time(phase.start_s)},
                    {"wall_s", rounded_time(phase.wall_s)},
                    {"shares", encode_shares(phase.shares)}});
  }
  return list;
}

Json encode_parallelism(const ParallelismReport& parallelism) {
  Json seconds_at = Json::array();
  for (const double seconds : parallelism.seconds_at) seconds_at.push_back(rounded_time(seconds));
  return {{"average", finite(parallelism.average)},
          {"serial_share", rounded_share(parallelism.serial_share)},
          {"seconds_at", std::move(seconds_at)},
          {"word", to_string(parallelism.word)},
          {"why", parallelism.why}};
}

Json encode_prediction(const Prediction& prediction) {
  const Quantity& speedup = prediction.speedup;
  return {{"speedup",
           {{"value", finite(speedup.value)},
            {"low", finite(speedup.low)},
            {"high", finite(speedup.high)}}},
          {"model", prediction.model},
          {"assumptions", prediction.assumptions}};
}

Json encode_recommendations(const std::vector<Recommendation>& all) {
  Json list = Json::array();
  for (const Recommendation& one : all) {
    list.push_back({{"family", to_string(one.family)},
                    {"remedy", to_string(one.remedy)},
                    {"action", one.action},
                    {"where", encode_where(one.where)},
                    {"claim", to_string(one.claim)},
                    {"promise", one.promise},
                    {"piece_bytes", one.piece_bytes > 0 ? Json(one.piece_bytes) : Json(nullptr)},
                    {"prediction", encode_prediction(one.prediction)},
                    {"why", one.why},
                    {"how", one.how},
                    {"next_limit", one.next_limit}});
  }
  return list;
}

Json encode_findings(const std::vector<Finding>& findings) {
  Json list = Json::array();
  for (const Finding& one : findings) {
    list.push_back({{"class", to_string(one.kind)},
                    {"detail", encode_detail(one.detail)},
                    {"share", rounded_share(one.share)},
                    {"confidence", to_string(one.confidence)},
                    {"supports", one.supports},
                    {"contradicts", one.contradicts},
                    {"note", one.note},
                    {"where", encode_where(one.where)}});
  }
  return list;
}

Json encode_streams(const std::vector<Stream>& streams) {
  Json list = Json::array();
  for (const Stream& one : streams) {
    list.push_back({{"bytes_per_s", finite(one.bytes_per_s)},
                    {"traffic", finite(one.traffic)},
                    {"stride", finite(one.stride)},
                    {"spread", finite(one.spread)},
                    {"stores", one.stores},
                    {"non_temporal", one.non_temporal}});
  }
  return list;
}

Json encode_known(const std::optional<double>& value) {
  return value ? Json(finite(*value)) : Json(nullptr);
}

Json encode_hot_loop(const HotCode& code, const HotLoop& loop) {
  const LoopEvidence& seen = loop.evidence;
  double working_set = 0;
  for (const Irregular& one : seen.irregular) working_set = std::max(working_set, one.set_bytes);
  return {{"function", code.function},
          {"file", code.file},
          {"line", code.line},
          {"loop", code.loop},
          {"share", rounded_share(loop.share)},
          {"class", to_string(loop.kind)},
          {"detail", encode_detail(loop.detail)},
          {"confidence", to_string(loop.confidence)},
          {"because", loop.because},
          {"samples", seen.samples},
          {"streams", encode_streams(seen.streams)},
          {"traffic", finite(seen.traffic)},
          {"working_set", finite(working_set)},
          {"read_only", finite(seen.read_only)},
          {"after_load", finite(seen.mix.after_load)},
          {"after_load_known", finite(seen.after_load_known)},
          {"chain_cycles", finite(seen.chain.cycles)},
          {"chain_through_float", seen.chain.through_float},
          {"iterations_per_s", encode_known(seen.iterations_per_s)},
          {"why_no_rate", seen.why_no_rate},
          {"stall_factor", encode_known(seen.stall_factor)},
          {"seconds_per_access", encode_known(seen.seconds_per_access)},
          {"instructions_per_cycle", encode_known(seen.instructions_per_cycle)},
          {"flops_per_s", encode_known(seen.flops_per_s)}};
}

Json encode_evidence(const Report& report) {
  Json list = Json::array();
  for (const HotLoop& loop : report.hot_loops)
    list.push_back(
        encode_hot_loop(report.profile.hot_code.at(static_cast<std::size_t>(loop.code)), loop));
  return list;
}

Json encode_probes(const std::vector<ProbeState>& probes) {
  Json list = Json::array();
  for (const ProbeState& probe : probes) {
    list.push_back({{"name", probe.name},
                    {"state", to_string(probe.status)},
                    {"reason", probe.reason},
                    {"remedy", probe.remedy},
                    {"detail", probe.detail}});
  }
  return list;
}

Json encode_runs(const std::vector<Run>& runs) {
  Json list = Json::array();
  for (const Run& run : runs) {
    list.push_back({{"wall_s", rounded_time(run.wall_s)}, {"exit_status", run.exit_status}});
  }
  return list;
}

Json encode_way(const GpuWay& way) {
  return {{"copies", way.copies},
          {"bytes", finite(way.bytes)},
          {"busy_s", rounded_to_nanoseconds(way.busy_s)},
          {"pageable_s", rounded_to_nanoseconds(way.pageable_s)},
          {"repeated_bytes", way.hashed ? Json(finite(way.repeated_bytes)) : Json(nullptr)}};
}

Json encode_gpu_use(const Report& report) {
  Json list = Json::array();
  for (const GpuUse& one : report.gpu) {
    const GpuDevice& device = report.profile.gpu.devices.at(static_cast<std::size_t>(one.device));
    Json shares = Json::object();
    for (int i = 0; i < gpu_time_count; ++i)
      shares[std::string(to_string(static_cast<GpuTime>(i)))] =
          rounded_share(one.share_of(static_cast<GpuTime>(i)));
    list.push_back({{"device", device.name},
                    {"simulated", device.simulated},
                    {"start_s", rounded_time(one.start_s)},
                    {"window_s", rounded_to_nanoseconds(one.window_s)},
                    {"shares", std::move(shares)},
                    {"h2d", encode_way(one.h2d)},
                    {"d2h", encode_way(one.d2h)},
                    {"kernels", one.kernels},
                    {"kernel_s", rounded_to_nanoseconds(one.kernel_s)},
                    {"median_kernel_s", rounded_to_nanoseconds(one.median_kernel_s)},
                    {"main_kernel", one.main_kernel},
                    {"kernel_cause", one.kernel_cause},
                    {"occupancy", one.occupancy > 0 ? Json(finite(one.occupancy)) : Json(nullptr)},
                    {"tiny_launches", one.tiny_launches},
                    {"waits", one.syncs}});
  }
  return list;
}

}  // namespace

Json encode_face(const Report& report) {
  const Profile& profile = report.profile;
  const Run run = profile.runs.empty() ? Run{} : profile.this_run();
  std::map<Bottleneck, double> shares = report.shares;
  shares.try_emplace(Bottleneck::unattributed, 0.0);
  Json face = {{"schema_version", schema_version},
               {"kind", "report"},
               {"command", profile.target.command},
               {"exit_status", run.exit_status},
               {"wall_s", rounded_time(run.wall_s)},
               {"cpus", profile.machine.cpus()},
               {"simulated", profile.gpu.simulated() || (report.demo && report.demo->simulated)},
               {"verdict", encode_verdict(report)},
               {"shares", encode_shares(shares)},
               {"phases", encode_phases(report.phases)},
               {"parallelism", encode_parallelism(report.parallelism)},
               {"recommendations", encode_recommendations(report.recommendations)},
               {"verifications", encode_verifications(report.verifications)},
               {"overhead", {{"share", finite(profile.overhead.share)}, {"estimated", true}}},
               {"probes", encode_probes(profile.probes)},
               {"findings", encode_findings(report.findings)},
               {"evidence", encode_evidence(report)},
               {"notes", profile.notes},
               {"runs", encode_runs(profile.runs)}};
  if (report.verdict.idle) face["busy_shares"] = encode_shares(report.busy_shares);
  if (!report.gpu.empty()) face["gpu"] = encode_gpu_use(report);
  if (report.demo) face["demo"] = encode_demo(*report.demo);
  return face;
}

}  // namespace bottleneck
