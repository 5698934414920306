#include "reports/html_markup.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "reports/json_text.h"
#include "reports/visible.h"

namespace bottleneck {
namespace {

constexpr std::size_t longest_list = 20;

void add_row(Markup& page, const Listing& listing, const std::vector<std::string>& row) {
  page.add("<tr>");
  for (std::size_t c = 0; c < listing.columns.size(); ++c) {
    if (listing.columns[c].number) {
      page.add("<td class=\"number\">");
    } else {
      page.add("<td>");
    }
    page.text(row.at(c), longest_cell).add("</td>");
  }
  page.add("</tr>\n");
}

}  // namespace

/// No column has more bytes than a character and its combining mark, four each.
std::string_view shorten(std::string_view text, int most_columns) {
  constexpr std::size_t bytes_of_a_column = 8;
  return text.substr(0, (static_cast<std::size_t>(most_columns) + 2) * bytes_of_a_column);
}

std::string escape(std::string_view text, int most_columns) {
  std::string escaped;
  for (const char c : cut_to(make_visible(shorten(text, most_columns)), most_columns)) {
    switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      case '\'':
        escaped += "&#39;";
        break;
      default:
        escaped += c;
    }
  }
  return escaped;
}

Markup& Markup::add(Literal literal) {
  bytes_ += literal.text();
  return *this;
}

Markup& Markup::add(const Markup& part) {
  bytes_ += part.bytes_;
  return *this;
}

Markup& Markup::text(std::string_view text, int most_columns) {
  bytes_ += escape(text, most_columns);
  return *this;
}

Markup& Markup::number(double value) {
  bytes_ += fmt::format("{:.4f}", std::isfinite(value) ? value : 0.0);
  return *this;
}

Markup& Markup::element(Literal name, std::string_view content) {
  add("<").add(name).add(">").text(content);
  return add("</").add(name).add(">\n");
}

Markup& Markup::code(std::string_view content) {
  return add("<code>").text(content).add("</code>");
}

Markup& Markup::fact(Literal label, std::string_view content) {
  add("<dt>").add(label).add("</dt><dd class=\"text\">").text(content);
  return add("</dd>\n");
}

Markup& Markup::list(const std::vector<std::string>& items) {
  add("<ul>\n");
  for (std::size_t i = 0; i < items.size() && i < longest_list; ++i) element("li", items[i]);
  if (items.size() > longest_list) {
    element("li", fmt::format("and {} more", items.size() - longest_list));
  }
  return add("</ul>\n");
}

Markup& Markup::more(std::size_t left_out) {
  return left_out == 0 ? *this : element("p", fmt::format("and {} more", left_out));
}

Markup& Markup::data(const JsonText& json) {
  add("<script type=\"application/json\" id=\"data\">");
  bytes_ += json.bytes();
  return add("</script>\n");
}

Markup& Markup::line(Literal kind, double x1, double y1, double x2, double y2) {
  add("<line class=\"").add(kind).add("\" x1=\"").number(x1).add("\" y1=\"").number(y1);
  return add("\" x2=\"").number(x2).add("\" y2=\"").number(y2).add("\"/>\n");
}

Markup& Markup::open_scrolling(std::string_view label) {
  add("<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"");
  return text(label).add("\">\n");
}

void add_listing(Markup& page, const Listing& listing, Caption caption) {
  if (listing.rows.empty()) {
    page.element("p", caption == Caption::shown ? listing.title + ": none" : "none");
    return;
  }
  page.open_scrolling(listing.title).add("<table>\n");
  if (caption == Caption::shown) page.element("caption", listing.title);
  page.add("<thead><tr>");
  for (const Column& column : listing.columns) {
    if (column.number) {
      page.add("<th scope=\"col\" class=\"number\">");
    } else {
      page.add("<th scope=\"col\">");
    }
    page.text(column.title).add("</th>");
  }
  page.add("</tr></thead>\n<tbody>\n");
  for (const auto& row : listing.rows) add_row(page, listing, row);
  page.add("</tbody>\n</table>\n</div>\n");
  page.more(listing.all - std::min(listing.all, listing.rows.size()));
}

}  // namespace bottleneck
