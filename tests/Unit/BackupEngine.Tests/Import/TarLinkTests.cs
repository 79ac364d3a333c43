using CloudBackup.Tests.Support;

namespace CloudBackup.Tests.Import;

/// <summary>Hard links and pipes in tar archives, in any order.</summary>
public sealed class TarLinkTests
{
    [Fact]
    public async Task Hard_links_come_in_whatever_the_order_of_their_names()
    {
        using var platform = await Imports.MakeTargetAsync();
        var tar = new HandMadeTar()
            .Add("data/a", '1', link: "data/b").Add("data/b", '1', link: "data/z").Add("data/l", '1', link: "data/s").Add("data/z", content: "z")
            .Add("data/s", '2', link: "z").Add("data/p", '6').Add("data/q", '1', link: "data/p").Add("data/self", content: "s").Add("data/self", '1', link: "data/self")
            .Add("data/old", content: "1").Add("data/keeps", '1', link: "data/old").Add("data/old", content: "2");
        await ImportAsync(platform, tar.Finished);
        Assert.Equal(["a=z", "b=z", "keeps=1", "l->z", "old=2", "s->z", "self=s", "z=z"], TreeModel.Describe(platform.Data));
        Assert.Equal(["2 sockets, pipes and devices are left out."], platform.Observer.Warnings);
        File.WriteAllText(Path.Join(platform.Data, "a"), "changed");
        Assert.Equal("changed", File.ReadAllText(Path.Join(platform.Data, "z")));
    }

    [Fact]
    public async Task A_hard_link_to_a_file_that_was_a_pipe_before_comes_in()
    {
        using var platform = await Imports.MakeTargetAsync();
        var tar = new HandMadeTar().Add("data/q", '1', link: "data/p").Add("data/p", '6').Add("data/p", content: "p")
            .Add("data/r", '1', link: "data/s").Add("data/s", '6').Add("data/t", '6').Add("data/t", '6');
        await ImportAsync(platform, tar.Finished);
        Assert.Equal(["p=p", "q=p"], TreeModel.Describe(platform.Data));
        Assert.Equal(["3 sockets, pipes and devices are left out."], platform.Observer.Warnings);
    }

    [Theory]
    [InlineData("data/missing")]
    [InlineData("data/loop")]
    [InlineData("data/a")]
    [InlineData("elsewhere")]
    public async Task A_hard_link_to_nothing_is_refused_by_name(string target)
    {
        using var platform = await Imports.MakeTargetAsync();
        var tar = new HandMadeTar().Add("data/f", content: "f").Add("data/loop", '1', link: "data/a").Add("data/a", '1', link: target).Finished;
        var failure = await Assert.ThrowsAsync<BackupException>(() => ImportAsync(platform, tar));
        Assert.Equal("ImportLinkTargetMissing", failure.ErrorId);
        Assert.Contains(target, failure.Message, StringComparison.Ordinal);
        Assert.Equal(["old=old"], TreeModel.Describe(platform.Data));
    }

    [Fact]
    public async Task Hard_links_may_have_a_content_or_only_say_how_long_it_would_be()
    {
        using var platform = await Imports.MakeTargetAsync();
        var tar = new HandMadeTar().Add("data/f", content: "content").Add("data/full", '1', "content", "data/f")
            .Raw(HandMadeTar.Header("data/said", '1', 7, "data/f")).Raw(HandMadeTar.Header("data/last", '1', 7, "data/f"));
        await ImportAsync(platform, tar.Finished);
        Assert.Equal(["f=content", "full=content", "last=content", "said=content"], TreeModel.Describe(platform.Data));
    }

    [Fact]
    public async Task A_pipe_is_left_out_with_what_had_its_name_before()
    {
        using var platform = await Imports.MakeTargetAsync();
        var tar = new HandMadeTar().Add("data/f", content: "f").Add("data/f", '6').Add("data/l", '2', link: "x").Add("data/l", '6').Add("data/d/f", content: "f")
            .Add("data/d", '6').Add("data/stays", content: "s");
        await ImportAsync(platform, tar.Finished);
        Assert.Equal(["stays=s"], TreeModel.Describe(platform.Data));
    }

    private static async Task<BackupApp> ImportAsync(TestPlatform platform, byte[] archive)
    {
        var path = platform.Folder["foreign"];
        await File.WriteAllBytesAsync(path, archive, TestContext.Current.CancellationToken);
        return await platform.ImportAsync(Imports.From(path) with { SkipSafetyBackup = true });
    }
}
