// JSON of unknown origin, and text of it again.
#include "data/io/json_text.h"

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "models/util/check.h"

namespace vitruvius::json_text_test {
namespace {

using testing::HasSubstr;

TEST(JsonText, KeysKeepTheirOrderOnRequest) {
  const std::string text = R"({"z":1,"a":{"y":2.5,"b":[true,null]}})";
  EXPECT_EQ(JsonText(ParseOrderedJson(text, "t")), text);
  EXPECT_EQ(JsonText(ParseJson(text, "t")), R"({"a":{"b":[true,null],"y":2.5},"z":1})");
  EXPECT_EQ(JsonText(ParseJson("[1]", "t"), 2), "[\n  1\n]");
}

TEST(JsonText, WhatTextCannotHoldIsReplaced) {
  const nlohmann::json value = {{"name", "caf\xe9"}, {"number", NAN}};
  EXPECT_EQ(JsonText(value), "{\"name\":\"caf\xef\xbf\xbd\",\"number\":null}");
}

TEST(JsonText, NumbersThatAreNoneBecomeNull) {
  EXPECT_EQ(JsonText(ParseJson(R"([NaN, -Infinity, 1e999, "NaN"])", "t")), R"([null,null,null,"NaN"])");
  EXPECT_EQ(JsonText(ParseOrderedJson("[NaN]", "t")), "[null]");
}

TEST(JsonText, FaultsAreNamed) {
  for (const auto parse : {+[](const std::string& text) { ParseJson(text, "f.json"); },
                           +[](const std::string& text) { ParseOrderedJson(text, "f.json"); }}) {
    try {
      parse("{\"a\": 1,\n \"b\" 2}");
      FAIL();
    } catch (const InputError& error) {
      EXPECT_THAT(error.what(), HasSubstr("f.json: is not valid JSON: parse error at line 2"));
    }
    EXPECT_THROW(parse(std::string(1000, '[')), InputError);
  }
}

}  // namespace
}  // namespace vitruvius::json_text_test
