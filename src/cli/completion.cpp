#include "src/cli/completion.h"

#include <fmt/format.h>

namespace bottleneck {
namespace {

constexpr const char* header = "# Written by: bottleneck completion {}\n";

bool takes_file(const OptionInfo& option) {
  return option.value == "FILE" || option.value == "DIR";
}

std::string join_names(const CommandInfo& command) {
  std::string names;
  for (const OptionInfo& option : command.options)
    for (const std::string& name : option.names) names += (names.empty() ? "" : " ") + name;
  return names;
}

std::string command_names(const std::vector<CommandInfo>& all) {
  std::string names;
  for (const CommandInfo& one : all) names += (names.empty() ? "" : " ") + one.name;
  return names;
}

std::string first_line(const std::string& text) {
  const std::size_t end = text.find(". ");
  return text.substr(0, std::min(end, text.find('\n')));
}

/// What follows `run` is another program's: its own completion takes over there.
std::string write_bash(const std::vector<CommandInfo>& all) {
  std::string text = fmt::format(header, "bash");
  text +=
      "_bottleneck() {\n"
      "  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} options\n"
      "  if ((COMP_CWORD == 1)); then\n";
  text += fmt::format(
      "    COMPREPLY=($(compgen -W '{} --help --version' -- \"$word\"))\n    return\n  fi\n",
      command_names(all));
  text += "  case ${COMP_WORDS[1]}:$before in\n";
  for (const CommandInfo& command : all)
    for (const OptionInfo& option : command.options)
      for (const std::string& name : option.names)
        if (!option.choices.empty())
          text += fmt::format("    {}:{}) COMPREPLY=($(compgen -W '{}' -- \"$word\")); return ;;\n",
                              command.name, name, fmt::join(option.choices, " "));
  text += "  esac\n  case ${COMP_WORDS[1]} in\n";
  for (const CommandInfo& command : all)
    text += fmt::format("    {}) options='{}' ;;\n", command.name, join_names(command));
  text +=
      "  esac\n"
      "  if [[ $word == -* ]]; then COMPREPLY=($(compgen -W \"$options\" -- \"$word\"))\n"
      "  else COMPREPLY=($(compgen -f -- \"$word\")); fi\n"
      "}\n"
      "complete -o filenames -F _bottleneck bottleneck\n";
  return text;
}

std::string quote_zsh(const std::string& text) {
  std::string quoted;
  for (const char c : text) {
    if (c == '\'')
      quoted += "'\\''";
    else if (c == '[' || c == ']' || c == ':' || c == '\\')
      quoted += std::string("\\") + c;
    else
      quoted += c;
  }
  return quoted;
}

std::string write_zsh(const std::vector<CommandInfo>& all) {
  std::string text = "#compdef bottleneck\n" + fmt::format(header, "zsh");
  text += "_bottleneck() {\n  local -a commands\n  commands=(\n";
  for (const CommandInfo& one : all)
    text += fmt::format("    '{}:{}'\n", one.name, quote_zsh(first_line(one.description)));
  text +=
      "  )\n  if ((CURRENT == 2)); then _describe command commands; return; fi\n"
      "  local command=$words[2]\n  shift words; ((CURRENT--))\n  case $command in\n";
  for (const CommandInfo& command : all) {
    text += fmt::format("    {}) _arguments", command.name);
    for (const OptionInfo& option : command.options) {
      for (const std::string& name : option.names) {
        text += fmt::format(" \\\n      '{}[{}]", name, quote_zsh(option.description));
        if (!option.choices.empty())
          text += fmt::format(":{}:({})", option.value, fmt::join(option.choices, " "));
        else if (!option.value.empty())
          text += fmt::format(":{}:{}", option.value, takes_file(option) ? "_files" : " ");
        text += "'";
      }
    }
    text += " \\\n      '*::argument:_files' ;;\n";
  }
  return text + "  esac\n}\n_bottleneck \"$@\"\n";
}

std::string quote_fish(const std::string& text) {
  std::string quoted;
  for (const char c : text) quoted += (c == '\'' || c == '\\' ? "\\" : "") + std::string(1, c);
  return quoted;
}

std::string write_fish(const std::vector<CommandInfo>& all) {
  std::string text = fmt::format(header, "fish");
  for (const CommandInfo& command : all) {
    text += fmt::format("complete -c bottleneck -n __fish_use_subcommand -f -a {} -d '{}'\n",
                        command.name, quote_fish(first_line(command.description)));
    for (const OptionInfo& option : command.options) {
      text +=
          fmt::format("complete -c bottleneck -n '__fish_seen_subcommand_from {}'", command.name);
      for (const std::string& name : option.names)
        text += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
      if (!option.choices.empty())
        text += fmt::format(" -x -a '{}'", fmt::join(option.choices, " "));
      else if (!option.value.empty())
        text += takes_file(option) ? " -r -F" : " -x";
      text += fmt::format(" -d '{}'\n", quote_fish(option.description));
    }
  }
  return text;
}

/// No line of ours may be taken for a request of roff.
std::string quote_roff(const std::string& text) {
  std::string quoted;
  bool line_start = true;
  for (const char c : text) {
    if (line_start && (c == '.' || c == '\'')) quoted += "\\&";
    if (c == '-')
      quoted += "\\-";
    else if (c == '\\')
      quoted += "\\e";
    else
      quoted += c;
    line_start = c == '\n';
  }
  return quoted;
}

std::string write_manual(const std::vector<CommandInfo>& all, const std::string& version) {
  std::string text = fmt::format(
      ".TH BOTTLENECK 1 \"\" \"bottleneck {}\"\n.SH NAME\nbottleneck \\- where the wall\\-clock "
      "time "
      "of a program went, why, and what to do about it\n.SH SYNOPSIS\n",
      quote_roff(version));
  for (const CommandInfo& one : all)
    text +=
        fmt::format(".B bottleneck {}\n[OPTIONS] {}\n.br\n", one.name, quote_roff(one.operands));
  for (const CommandInfo& one : all) {
    text += fmt::format(".SH BOTTLENECK {}\n{}\n", one.name, quote_roff(one.description));
    for (const OptionInfo& option : one.options)
      text += fmt::format(".TP\n.B {}{}\n{}\n",
                          quote_roff(fmt::format("{}", fmt::join(option.names, ", "))),
                          option.value.empty() ? "" : " " + quote_roff(option.value),
                          quote_roff(option.description));
    text += fmt::format(".PP\n.nf\n{}\n.fi\n", quote_roff(one.examples));
  }
  text +=
      ".SH EXIT STATUS\nThat of the program; 128+N after signal N, 127 not found, 126 not "
      "executable, 125 failure of bottleneck, 124 after \\-\\-timeout, 2 for a command line that "
      "was not understood.\n"
      ".B compare:\n0 ok or improvement, 1 regression, with \\-\\-strict 3 where nothing could be "
      "said.\n";
  return text;
}

}  // namespace

std::string write_completion(const std::string& shell, const std::vector<CommandInfo>& all,
                             const std::string& version) {
  if (shell == "bash") return write_bash(all);
  if (shell == "zsh") return write_zsh(all);
  if (shell == "fish") return write_fish(all);
  if (shell == "man") return write_manual(all, version);
  return "";
}

}  // namespace bottleneck
