namespace CloudBackup.Pester.Tests;

/// <summary>The Pester suite, test by test.</summary>
public sealed class PesterSuite
{
    /// <summary>The results of the suite: a row for each test.</summary>
    public static IEnumerable<TheoryDataRow<PesterResult>> Results() =>
        PesterRun.Execute().Select(result => new TheoryDataRow<PesterResult>(result) { TestDisplayName = $"{result.File}: {result.Name}" });

    /// <summary>Reports one test of the suite.</summary>
    [Theory]
    // Listing the tests must not run the suite.
    [MemberData(nameof(Results), DisableDiscoveryEnumeration = true)]
    public void It(PesterResult result) => result.Report();
}
