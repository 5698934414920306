// Runs kept inputs through a fuzz target, with any compiler: what was once found stays mended.
// Files called *.hex hold the bytes as text. Usage: replay_NAME FOLDER...; replay_NAME --unpack TO
// FOLDER... writes them as the fuzzer wants them.
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <vector>

#include "tests/fuzz/fuzz_input.h"

namespace {

namespace fs = std::filesystem;

std::string read_whole(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

std::string bytes_of(const fs::path& file) {
  const std::string text = read_whole(file);
  if (file.extension() != ".hex") return text;
  std::string digits;
  for (const char c : text)
    if (std::isxdigit(static_cast<unsigned char>(c))) digits += c;
  std::string bytes;
  for (std::size_t i = 0; i + 1 < digits.size(); i += 2)
    bytes += static_cast<char>(std::stoi(digits.substr(i, 2), nullptr, 16));
  return bytes;
}

void run(const std::string& bytes) {
  LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<std::string> words(argv + 1, argv + argc);
  fs::path unpacked;
  if (words.size() > 1 && words.front() == "--unpack") {
    unpacked = words[1];
    words.erase(words.begin(), words.begin() + 2);
  }
  int inputs = 0;
  for (const std::string& folder : words)
    for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
      const std::string bytes = bytes_of(entry.path());
      if (!unpacked.empty()) {
        std::ofstream(unpacked / entry.path().stem(), std::ios::binary) << bytes;
        continue;
      }
      std::printf("%s\n", entry.path().c_str());
      std::fflush(stdout);  // if it dies, the last line says of what
      run(bytes);
      ++inputs;
    }
  return inputs > 0 || !unpacked.empty() ? 0 : 1;
}
