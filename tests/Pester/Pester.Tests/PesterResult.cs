using Xunit.Sdk;

namespace CloudBackup.Pester.Tests;

/// <summary>The outcome of one <c>It</c>, as <c>run.ps1</c> writes it.</summary>
/// <param name="File">The test file, without its extension: a cmdlet's name, most often.</param>
/// <param name="Name">The names of the blocks around the test, and its own.</param>
/// <param name="Result">Pester's word: Passed, Failed, Skipped, Inconclusive or NotRun.</param>
/// <param name="Seconds">How long it took.</param>
/// <param name="Error">Why it failed or was skipped, with the place.</param>
public sealed record PesterResult(string File, string Name, string Result, double Seconds, string Error)
{
    /// <inheritdoc/>
    public override string ToString() => Name;

    /// <summary>Passes, fails or skips the running test as Pester did.</summary>
    public void Report()
    {
        switch (Result)
        {
            case "Passed":
                break;
            case "Skipped" or "Inconclusive":
                throw SkipException.ForSkip(Error is "" ? Result : Error);
            default:
                Assert.Fail($"{Result} in {File}.Tests.ps1: {Error}");
                break;
        }
    }
}
