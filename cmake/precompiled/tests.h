// Compiled once for all tests (cmake/rooms.cmake).
#pragma once

#include "cmake/precompiled/rooms.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
