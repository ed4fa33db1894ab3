"""Notices at the head of a file go, in every comment style; documentation and code stay."""
# ruff: noqa: E501  (one case a line)

import pytest

from models.transform import TransformConfig
from tasks.filter.transform.redact import redact

REMOVED = [
    # (language, the notice with its line end, the rest)
    ("c", "/* Copyright (c) 2019 Fake Co. All rights reserved. */\n", "int x;\n"),
    ("c", "// SPDX-License-Identifier: GPL-2.0-only\n", "#include <stdio.h>\n"),
    ("cpp", "//\n// Copyright 2010-2014 The Fake Authors\n//\n// Use of this source code is governed by a BSD-style\n// license that can be found in the LICENSE file.\n//\n", "\nnamespace x {}\n"),
    ("rust", "// Copyright (c) Fake Platforms, Inc. and affiliates.\n// This source code is licensed under the MIT license found in the\n// LICENSE file in the root directory of this source tree.\n", "\nuse std::io;\n"),
    ("javascript", "/*!\n * fakelib v1.2.3 | (c) 2011, Fake Foundation | MIT\n * @license MIT\n */\n", "(function () {})();\n"),
    ("javascript", "/** @license React\n * Copyright (c) Fake, Inc. and its affiliates.\n */\n", "'use strict';\n"),
    ("css", "/*\nCopyright © 2016 Fake Studio\nReleased under the MIT License\n*/\n", ".a { color: red; }\n"),
    ("html", "<!--\n  Copyright 2020 Fake Org.\n  Licensed under the Apache License, Version 2.0\n-->\n", "<html></html>\n"),
    ("python", "# Copyright 2021 Fake Labs\n#\n# Licensed under the Apache License, Version 2.0 (the \"License\");\n# you may not use this file except in compliance with the License.\n", "\nimport os\n"),
    ("python", '"""\nCopyright (c) 2015 Fake Person\n\nPermission is hereby granted, free of charge, to any person obtaining a copy\nof this software, to deal in the Software without restriction.\n"""\n', "import os\n"),
    ("perl", "# This program is free software; you can redistribute it and/or\n# modify it under the same terms as Perl itself.\n", "use strict;\n"),
    ("sql", "-- Copyright 2011 Fake Data Group\n-- All rights reserved.\n", "SELECT 1;\n"),
    ("haskell", "{- |\nCopyright : (c) Fake Curry, 2012\nLicense   : BSD3\nMaintainer: curry@notreal-mail.org\n-}\n", "module Main where\n"),
    ("haskell", "-- Copyright (c) 2012, Fake Curry\n-- All rights reserved.\n", "module Main where\n"),
    ("lua", "--[[\n  Copyright (C) 2013 Fake Moon\n  Licensed under the zlib license\n]]\n", "local x = 1\n"),
    ("emacs lisp", ";; Copyright (C) 2001 Fake Emacs Users\n;; Author: Ann <ann@notreal-mail.org>\n", "\n(defun a ())\n"),
    ("assembly", "; (c) 1994 Fake Micro Systems\n; All rights reserved\n", "mov ax, bx\n"),
    ("tex", "% Copyright 2008 by Fake Tex\n% This file may be distributed under the LaTeX Project Public License\n", "\\documentclass{article}\n"),
    ("erlang", "%%% Copyright (c) 2009 Fake Telecom AB\n%%% All Rights Reserved.\n", "-module(x).\n"),
    ("matlab", "% Copyright 2014 The FakeWorks, Inc.\n", "x = 1;\n"),
    ("fortran", "! Copyright (C) 1999 Fake Weather Service\n! Distributed under the GNU General Public License\n", "program x\nend\n"),
    ("fortran", "C     Copyright (C) 1985 Fake Laboratory\nC     All rights reserved.\n", "      PROGRAM X\n      END\n"),
    ("cobol", "      * Copyright 1984 Fake Bank Inc.\n      * All rights reserved.\n", "       IDENTIFICATION DIVISION.\n"),
    ("visual basic .net", "' Copyright (c) 2003 Fake Soft Ltd.\n' All rights reserved.\n", "Module X\nEnd Module\n"),
    ("vim script", "\" Copyright (c) 2012 Fake Vimmer\n\" License: MIT\n", "set nocompatible\n"),
    ("batchfile", "REM Copyright (c) 2007 Fake Soft\nREM All rights reserved.\n", "dir\n"),
    ("batchfile", ":: Copyright (c) 2007 Fake Soft\n", "dir\n"),
    ("m4", "dnl Copyright (C) 2005 Fake Configurers\ndnl This file is free software.\n", "AC_INIT\n"),
    ("roff", ".\\\" Copyright (c) 1993 The Regents of the University of Fake\n.\\\" All rights reserved.\n", ".TH X 1\n"),
    ("ocaml", "(* Copyright 2018 Fake Camel, all rights reserved *)\n", "let x = 1\n"),
    ("pascal", "{ Copyright (c) 1996 Fake Inprise Corp.\n  All rights reserved. }\n", "program x;\nbegin end.\n"),
    ("powershell", "<#\nCopyright (c) Fake Corporation. All rights reserved.\n#>\n", "Get-Item x\n"),
    ("scheme", "#|\nCopyright (C) 2004 Fake Schemers\nAll rights reserved.\n|#\n", "(define x 1)\n"),
    ("jinja", "{# Copyright 2019 Fake Templates. Licensed under the MIT licence. #}\n", "{{ x }}\n"),
    ("handlebars", "{{!-- Copyright 2019 Fake Bars Inc. --}}\n", "{{x}}\n"),
    ("java server pages", "<%-- Copyright 2005 Fake Server Co. All rights reserved. --%>\n", "<html/>\n"),
    ("ruby", "=begin\nCopyright (c) 2006 Fake Gems\nAll rights reserved.\n=end\n", "puts 1\n"),
    ("restructuredtext", ".. Copyright 2011 Fake Writers\n.. Licensed under CC-BY\n", "\nTitle\n=====\n"),
    ("texinfo", "@c Copyright (C) 2002 Fake Software Foundation, Inc.\n", "@node Top\n"),
    ("makefile", "# (C) Copyright 2013 Fake Electronics\n# SPDX-License-Identifier: MIT\n", "all:\n"),
    ("forth", "\\ Copyright 1990 Fake Forth Inc.\n", ": x 1 ;\n"),
    ("zig", "// Public domain. Use as you like.\n", "const x = 1;\n"),
    ("vhdl", "-------------------------------------------------\n-- Copyright (c) 2009 Fake Gates GmbH\n-- All rights reserved.\n-------------------------------------------------\n", "entity x is\n"),
    ("unknown language", "# Copyright 2013 Fake Co\n# All rights reserved.\n", "thing\n"),
    ("c", "/* Copyright 2011 Fake */\r\n", "int x;\r\n"),
]  # fmt: skip
BEHIND = [
    # (language, before, notice, rest)
    ("shell", "#!/bin/sh\n", "# Copyright (c) 2016 Fake\n", "set -e\n"),
    ("python", "#!/usr/bin/env python\n# -*- coding: utf-8 -*-\n", "# Copyright 2010 Fake Co.\n# All rights reserved.\n", "import os\n"),
    ("php", "<?php\n", "/**\n * Copyright (c) 2012 Fake Web Ltd.\n * All rights reserved.\n */\n", "echo 1;\n"),
    ("php", "<?php declare(strict_types=1);\n\n", "// (c) 2012 Fake Web Ltd.\n", "echo 1;\n"),
    ("xml", '<?xml version="1.0"?>\n', "<!-- Copyright 2012 Fake Markup Inc. -->\n", "<a/>\n"),
    ("html", "<!DOCTYPE html>\n", "<!-- Copyright 2012 Fake Markup Inc. -->\n", "<html/>\n"),
    ("c", "#ifndef X_H\n#define X_H\n\n", "/* Copyright 2012 Fake. All rights reserved. */\n", "int x;\n#endif\n"),
    ("c", "#pragma once\n", "// Copyright 2012 Fake Co.\n", "int x;\n"),
    ("javascript", "'use strict';\n", "// Copyright 2012 Fake Co.\n", "var x;\n"),
    ("yaml", "---\n", "# Copyright 2012 Fake Co.\n", "a: 1\n"),
    ("go", "", "// Copyright 2009 The Fake Authors. All rights reserved.\n", "\n//go:build linux\n\n// Package x does y.\npackage x\n"),
    ("go", "//go:build linux\n\n", "// Copyright 2009 The Fake Authors. All rights reserved.\n", "\npackage x\n"),
    ("rust", "//! Crate docs stay here.\n\n", "// Copyright 2017 Fake Crate Developers.\n", "fn main() {}\n"),
    ("python", '"""Sum numbers."""\n\n', "# Copyright 2017 Fake Co.\n# License: BSD\n", "x = 1\n"),
]  # fmt: skip
SHARED = [
    # (language, comment with documentation and notice, what is left)
    ("c", "/*\n * ring.c - a ring buffer with one reader\n *\n * Copyright (C) 2010 Fake Ring\n *\n * This program is free software; see COPYING.\n */\nint x;\n", "/*\n * ring.c - a ring buffer with one reader\n */\nint x;\n"),
    ("java", "/**\n * Parses dates in many formats.\n *\n * @author Jo\n * @copyright 2010 Fake\n * @since 1.2\n */\nclass A {}\n", "/**\n * Parses dates in many formats.\n *\n * @since 1.2\n */\nclass A {}\n"),
    ("shell", "# backup.sh: copies the data of every host\n# Copyright 2010 Fake Co.\n# Licensed under the MIT licence.\nset -e\n", "# backup.sh: copies the data of every host\nset -e\n"),
    ("go", "// Copyright 2010 Fake Co.\n// Package sum adds all numbers.\npackage sum\n", "// Package sum adds all numbers.\npackage sum\n"),
    ("python", '"""Reads the config of the app.\n\nCopyright 2010 Fake Co.\nAll rights reserved.\n"""\nimport os\n', '"""Reads the config of the app.\n"""\nimport os\n'),
    ("php", "<?php\n/**\n * This file is part of FakeKit.\n *\n * (c) Jo Fake <jo@notreal-mail.org>\n *\n * For the full copyright and license information, please view the LICENSE\n * file that was distributed with this source code.\n */\nnamespace X;\n", "<?php\nnamespace X;\n"),
]  # fmt: skip
KEPT = [
    ("python", "# Prints the copyright year in the footer.\nx = 1\n"),
    ("python", '"""Find lines such as "Copyright (c) 2010 Foo" in headers."""\nx = 1\n'),
    ("python", "# Adds Copyright (c) 2020 headers to files.\nx = 1\n"),
    ("python", "import os\n\n# Copyright 2010 Fake Co. All rights reserved.\nx = 1\n"),
    ("python", 'print("Copyright 2010 Fake Co.")\n'),
    ("javascript", "// footer: © sign and copyright bar\nfunction f() {}\n"),
    ("c", "#include <copyright.h>\nint licence_2010;\n"),
    ("css", "/* copyright bar */\n.copyright { color: red }\n"),
    ("markdown", "# Copyright 2010 Fake\n\nAll rights reserved.\n"),
    ("json", '{"license": "MIT", "copyright": "2010 Fake"}\n'),
    ("text", "Copyright 2010 Fake\nAll rights reserved.\n"),
    ("go", "// Package licence checks the licence of packages.\npackage licence\n"),
    ("yaml", "# copyright: shown in the footer of each page\nfooter: true\n"),
    ("ruby", "# This class renders the copyright notice of a book\nclass A; end\n"),
    ("c", "/* cases: (a) none (b) one (c) many */\nint x;\n"),
    ("python", "#!/usr/bin/python\nimport this\n"),
    ("c", "/* a comment that is never closed: Copyright 2010 Fake Co.\nint x;\n"),
]


@pytest.mark.parametrize(("language", "notice", "rest"), REMOVED)
def test_notice_at_the_head_goes_with_its_line_end(language: str, notice: str, rest: str) -> None:
    result = redact(notice + rest, language, TransformConfig())
    assert result.text == rest
    assert [(s.kind, s.start, s.end) for s in result.spans] == [("copyright", 0, len(notice))]


@pytest.mark.parametrize(("language", "before", "notice", "rest"), BEHIND)
def test_notice_goes_and_what_must_come_first_stays(
    language: str, before: str, notice: str, rest: str
) -> None:
    assert redact(before + notice + rest, language, TransformConfig()).text == before + rest


@pytest.mark.parametrize(("language", "text", "left"), SHARED)
def test_documentation_in_the_same_comment_stays(language: str, text: str, left: str) -> None:
    assert redact(text, language, TransformConfig()).text == left


@pytest.mark.parametrize(("language", "text"), KEPT)
def test_comment_that_only_talks_about_copyright_stays(language: str, text: str) -> None:
    result = redact(text, language, TransformConfig())
    assert result.text is text
    assert result.spans == ()
