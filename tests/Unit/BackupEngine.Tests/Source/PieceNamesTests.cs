using System.Diagnostics;
using CloudBackup.Source;
using CloudBackup.Tests.Support;

namespace CloudBackup.Tests.Source;

/// <summary>What pieces of a stream are called.</summary>
public sealed class PieceNamesTests
{
    [Theory]
    [InlineData(0, "dumps/db")]
    [InlineData(1, "dumps/db.001")]
    [InlineData(42, "dumps/db.042")]
    [InlineData(998, "dumps/db.998")]
    [InlineData(999, "dumps/db.999001")]
    [InlineData(1996, "dumps/db.999998")]
    [InlineData(1997, "dumps/db.999999001")]
    public void The_first_piece_has_the_plain_name_and_the_others_have_numbers(int number, string name) =>
        Assert.Equal(name, PieceNames.Of("dumps/db", number));

    [Fact]
    public void The_order_of_the_names_is_that_of_the_pieces()
    {
        var names = Enumerable.Range(0, 20_000).Select(number => PieceNames.Of("db", number)).ToList();
        Assert.Equal(names.Order(StringComparer.Ordinal), names);
        Assert.Equal(names.Count, names.Distinct(StringComparer.Ordinal).Count());
    }

    [Theory]
    [InlineData("C")]
    [InlineData("C.UTF-8")]
    [InlineData("en_US.UTF-8")]
    public void A_shell_lists_them_in_order(string locale)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs a shell");
        using var folder = new TempFolder();
        foreach (var number in Enumerable.Range(0, 2100))
        {
            File.WriteAllText(folder[PieceNames.Of("db", number)], $"{number}\n");
        }
        var start = new ProcessStartInfo("sh", ["-c", "cat db*"]) { RedirectStandardOutput = true, WorkingDirectory = folder.Path };
        start.Environment["LC_ALL"] = locale;
        using var shell = Process.Start(start)!;
        Assert.Equal(Enumerable.Range(0, 2100).Select(number => $"{number}\n"), shell.StandardOutput.ReadToEnd().Split('\n')[..^1].Select(line => line + "\n"));
    }
}
