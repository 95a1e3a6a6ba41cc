// SPDX-License-Identifier: Apache-2.0
//
// Reads the XML that we write: elements, attributes, texts, five entities. Anything else is a
// failure, so that what it accepts is well-formed.

#ifndef TRANSEPT_TESTS_END_TO_END_XML_H
#define TRANSEPT_TESTS_END_TO_END_XML_H

#include <map>
#include <stdexcept>
#include <string>
#include <vector>

namespace transept::endtoend {

struct XmlElement {
  std::string name, text;
  std::map<std::string, std::string> attributes;
  std::vector<XmlElement> children;

  /// All elements of that name below this one.
  std::vector<const XmlElement *> all(const std::string &wanted) const {
    std::vector<const XmlElement *> found;
    for (const XmlElement &child : children) {
      if (child.name == wanted)
        found.push_back(&child);
      for (const XmlElement *inner : child.all(wanted))
        found.push_back(inner);
    }
    return found;
  }
};

class XmlReader {
public:
  /// Throws std::runtime_error for what is not well-formed.
  static XmlElement read(const std::string &text) {
    XmlReader reader(text);
    reader.skipBlanks();
    XmlElement root = reader.element();
    reader.skipBlanks();
    if (reader.at != text.size())
      reader.fail("something behind the root");
    return root;
  }

private:
  explicit XmlReader(const std::string &text) : text(text) {}

  [[noreturn]] void fail(const std::string &what) const {
    throw std::runtime_error(what + " at " + std::to_string(at) + ": " + text.substr(at, 40));
  }
  void skipBlanks() { at = std::min(text.find_first_not_of(" \n", at), text.size()); }
  bool take(const std::string &wanted) {
    if (text.compare(at, wanted.size(), wanted) != 0)
      return false;
    at += wanted.size();
    return true;
  }
  void need(const std::string &wanted) {
    if (!take(wanted))
      fail("expected " + wanted);
  }

  std::string name() {
    size_t end = text.find_first_of(" \n=>/", at);
    if (end == text.npos || end == at)
      fail("expected a name");
    std::string result = text.substr(at, end - at);
    at = end;
    return result;
  }

  /// Characters up to `end`, entities resolved.
  std::string characters(char end) {
    std::string result;
    while (at < text.size() && text[at] != end) {
      auto byte = static_cast<unsigned char>(text[at]);
      if (byte == '<' || (byte < 0x20 && byte != '\n') || byte == 0x7f)
        fail("a character that must not be here");
      if (byte != '&') {
        result += text[at++];
        continue;
      }
      bool isKnown = false;
      for (auto [entity, character] :
           {std::pair{"&lt;", '<'}, {"&gt;", '>'}, {"&amp;", '&'}, {"&quot;", '"'}})
        if (!isKnown && take(entity))
          result += character, isKnown = true;
      if (!isKnown)
        fail("not an entity");
    }
    return result;
  }

  XmlElement element() {
    XmlElement result;
    need("<");
    result.name = name();
    for (skipBlanks(); !take(">"); skipBlanks()) {
      if (take("/>"))
        return result;
      std::string attribute = name();
      need("=\"");
      if (!result.attributes.emplace(attribute, characters('"')).second)
        fail("an attribute twice");
      need("\"");
    }
    while (true) {
      result.text += characters('<');
      if (take("</" + result.name + ">"))
        return result;
      result.children.push_back(element());
    }
  }

  const std::string &text;
  size_t at = 0;
};

} // namespace transept::endtoend

#endif
