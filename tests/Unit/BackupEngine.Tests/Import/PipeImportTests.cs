using CloudBackup.Tests.Support;

namespace CloudBackup.Tests.Import;

/// <summary>Pipes, sockets and devices in an archive are left out.</summary>
public sealed class PipeImportTests
{
    [Fact]
    public async Task A_pipe_is_left_out_with_what_had_its_name_before()
    {
        using var platform = await Imports.MakeTargetAsync();
        var tar = new HandMadeTar().Add("data/f", content: "f").Add("data/f", '6').Add("data/l", '2', link: "x").Add("data/l", '6').Add("data/d/f", content: "f")
            .Add("data/d", '6').Add("data/stays", content: "s");
        var path = platform.Folder["foreign.tar"];
        await File.WriteAllBytesAsync(path, tar.Finished, TestContext.Current.CancellationToken);
        await platform.ImportAsync(Imports.From(path) with { SkipSafetyBackup = true });
        Assert.Equal(["stays=s"], TreeModel.Describe(platform.Data));
    }
}
