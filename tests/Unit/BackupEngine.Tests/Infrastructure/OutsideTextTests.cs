using System.Globalization;
using System.Text;
using CloudBackup.Infrastructure;
using CsCheck;

namespace CloudBackup.Tests.Infrastructure;

/// <summary>Texts from outside are one line, in the order in which they are stored.</summary>
public sealed class OutsideTextTests
{
    [Theory]
    [InlineData("evil\rWhat if: harmless", "evil What if: harmless")]
    [InlineData("a\tb\nc", "a b c")]
    [InlineData("a\u001b[2Jb\u009bc\u007f", "a\ufffd[2Jb\ufffdc\ufffd")]
    [InlineData("a\u202eb\u2066c\u200fd\ufeff", "a\ufffdb\ufffdc\ufffdd\ufffd")]
    [InlineData("a\u2028b\u2029c\u0085d", "a\ufffdb\ufffdc\ufffdd")]
    [InlineData("a\udb40\udc01b", "a\ufffdb")]
    [InlineData("\u00e4\u6f22 \ud83d\udc68\u200d\ud83d\udcbb \u0645\u06cc\u200c\u062e", "\u00e4\u6f22 \ud83d\udc68\u200d\ud83d\udcbb \u0645\u06cc\u200c\u062e")]
    public void What_writes_over_or_turns_round_a_line_is_replaced(string text, string expected) => Assert.Equal(expected, OutsideText.Clean(text, 1000));

    [Fact]
    public void What_you_decide_by_hides_nothing_behind_blanks_and_says_what_is_missing()
    {
        var command = $"true{new string(' ', 1500)}; rm -rf /";
        Assert.Equal("true [1500 blanks] ; rm -rf /", OutsideText.ToDecide(command, 100));
        Assert.Equal($"{new string('a', 100)} [cut: 23 more characters]", OutsideText.ToDecide(new string('a', 123), 100));
        Assert.Equal("a b", OutsideText.ToDecide("a\nb", 3));
    }

    [Fact]
    public void Any_text_becomes_one_printable_line_that_stays_as_it_is() =>
        Gen.Char[char.MinValue, char.MaxValue].Array[0, 50].Select(Gen.Int[0, 60]).Sample((characters, longest) =>
        {
            var clean = OutsideText.Clean(new string(characters), longest);
            Assert.True(clean.Length <= longest);
            Assert.Equal(clean, OutsideText.Clean(clean, longest));
            Assert.All(clean.EnumerateRunes(), rune => Assert.True(
                rune.Value is 0x200c or 0x200d || Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format
                    or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.Surrogate)));
        });
}
