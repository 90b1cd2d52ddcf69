// Messages: what is printed, and how failures read.
#include "models/util/check.h"

#include <string>
#include <string_view>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace vitruvius::check_test {
namespace {

using testing::HasSubstr;

struct Place {
  int line;
};
std::ostream& operator<<(std::ostream& stream, const Place& place) { return stream << "line " << place.line; }

TEST(StrCat, PrintsWhatStreamsPrint) {
  const std::string text = "text";
  const char* pointer = "pointer";
  EXPECT_EQ(
      StrCat("array ", text, ' ', pointer, ' ', std::string_view("view"), ' ', std::string("temporary")),
      "array text pointer view temporary");
  EXPECT_EQ(StrCat(-1, " ", 2u, " ", 3LL, " ", size_t{4}, " ", 0.1, " ", 0.5f, " ", true, " ", 1e-20),
            "-1 2 3 4 0.1 0.5 1 1e-20");
  EXPECT_EQ(StrCat(1234567.0, " ", Place{7}), "1.23457e+06 line 7");
  EXPECT_EQ(StrCat("alone"), "alone");
}

TEST(Check, NamesThePlaceAndBothValues) {
  const int found = 3;
  try {
    VT_CHECK_EQ(found, 4);
    FAIL();
  } catch (const ContractError& error) {
    EXPECT_THAT(error.what(), HasSubstr("check_test.cc:"));
    EXPECT_THAT(error.what(), HasSubstr("check failed: found == 4 (3 vs 4)"));
  }
  try {
    VT_CHECK(found > 3);
    FAIL();
  } catch (const ContractError& error) {
    EXPECT_THAT(error.what(), HasSubstr("check failed: found > 3"));
  }
  EXPECT_NO_THROW(VT_CHECK_LT(found, 4));
}

TEST(Check, InputErrorsReadPathPlaceWhat) {
  EXPECT_STREQ(InputError("a.npz", "poses", "is empty").what(), "a.npz: poses: is empty");
  EXPECT_STREQ(InputError("a.npz", "", "is empty").what(), "a.npz: is empty");
}

}  // namespace
}  // namespace vitruvius::check_test
