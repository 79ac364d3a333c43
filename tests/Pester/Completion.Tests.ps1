# Tab offers what fits, and nothing else.
Describe 'Tab' {
    BeforeAll {
        . $PSScriptRoot/Support.ps1
        function Complete([string] $Line) { (TabExpansion2 -inputScript $Line -cursorColumn $Line.Length).CompletionMatches }
        $root = New-TestApp
        $null = New-BackupSite nas filesystem -Path "$root/other" -ExternalDisk
        $null = New-BackupSite '2nd_site' noop -WarningAction SilentlyContinue
        $null = Register-BackupApp shop.example.com -Version 1+a~b -DataDirectory "$root/shop"
        $wiki = New-AppBackup wiki.example.com -Label nightly
        $shop = New-AppBackup shop.example.com -Site nas
        $null = Register-BackupApp broken.example.com -Version 1 -DataDirectory (New-Item -ItemType Directory "$root/broken") -PreBackupCommand false
        $null = New-AppBackup broken.example.com -ErrorAction SilentlyContinue
        $failed = Get-AppBackup broken.example.com
        $platform = New-PlatformBackup -ErrorAction SilentlyContinue
    }
    AfterAll { $env:CLOUDBACKUP_HOME = $homeBefore }

    It 'offers only good backups to <_>' -ForEach 'Restore-AppBackup', 'Copy-BackupApp', 'Copy-BackupApp -Location staging.example.com -Id' {
        $failed.State | Should -Be Failed
        $offers = (Complete "$_ ").CompletionText
        $offers | Should -Contain $wiki.Id
        $offers | Should -Contain $shop.Id
        $offers | Should -Not -Contain $failed.Id
    }

    It 'offers only backups with content to <_>' -ForEach 'Get-AppBackupItem', 'Restore-AppBackupItem', 'Test-AppBackup' {
        (Complete "$_ ").CompletionText | Should -Not -Contain $failed.Id
    }

    It 'offers every backup to <_>' -ForEach 'Remove-AppBackup', 'Set-AppBackup', 'Get-AppBackup -Id' {
        (Complete "$_ ").CompletionText | Should -Contain $failed.Id
    }

    It 'offers the backups of an app whose name was begun' {
        (Complete 'Restore-AppBackup shop').CompletionText | Should -Be $platform.DependsOn.Where({ $_ -like 'app_shop*' }), $shop.Id
        (Complete 'Restore-AppBackup nothing').CompletionText | Should -Not -Contain $shop.Id
    }

    It 'offers platform backups of the site that a restore reads' {
        (Complete 'Restore-Platform -Id ').CompletionText | Should -Be $platform.Id
        (Complete 'Restore-Platform -Site nas -Id ').CompletionText | Should -Not -Contain $platform.Id
        (Complete 'Restore-Platform ./move.json -Id ').CompletionText | Should -Not -Contain $platform.Id
    }

    It 'offers good backups of the site to Export-BackupSite' {
        $offers = (Complete 'Export-BackupSite local ./x.json -BackupId ').CompletionText
        $offers[0] | Should -Be $platform.Id
        $offers | Should -Contain $wiki.Id
        $offers | Should -Not -Contain $failed.Id
        (Complete 'Export-BackupSite nas ./x.json -BackupId ').CompletionText | Should -Be $shop.Id
    }

    It 'offers paths of backups on the site that an import reads' {
        (Complete 'Import-AppBackup -Site nas -RemotePath ').CompletionText | Should -Be $shop.RemotePath
    }

    It 'offers no app that is there already where a new one is wanted' {
        (Complete 'Import-AppBackup wi').CompletionText | Should -Be wiki.example.com
        (Complete 'Import-AppBackup -Register -Location wi').CompletionText | Should -Not -Contain wiki.example.com
    }

    It 'offers locations with backups, of apps that are gone too' {
        $null = Register-BackupApp gone.example.com -Version 1 -DataDirectory (New-Item -ItemType Directory "$root/gone")
        $null = New-AppBackup gone.example.com
        Unregister-BackupApp gone.example.com
        (Complete 'Get-AppBackup go').CompletionText | Should -Be gone.example.com
        (Complete 'Get-AppBackup -Site nas -Location ').CompletionText | Should -Be shop.example.com
        (Complete 'New-AppBackup go').CompletionText | Should -Not -Contain gone.example.com
    }

    It 'offers regions of the provider' {
        (Complete 'New-BackupSite x wasabi -Bucket b -Region eu-c').CompletionText | Should -Contain eu-central-1
        (Complete 'New-BackupSite x cloudflare-r2 -Bucket b -Region ').CompletionText | Should -Be auto
    }

    It 'shows what each value is' {
        (Complete 'New-BackupSite x file').ToolTip | Should -BeLike '*folder*'
        (Complete 'New-BackupSite x back').ToolTip | Should -BeLike '*Backblaze*'
        (Complete 'New-AppBackup wiki').ToolTip | Should -BeLike '*1.2.0*'
        (Complete 'Get-BackupSite nas').ToolTip | Should -BeLike "filesystem*$root/other"
        (Complete "Test-AppBackup $($wiki.Id)").ToolTip | Should -BeLike '*wiki.example.com*local*Ready*nightly'
    }

    It 'keeps the quotes that the user began with, and sets those that the language needs' {
        (Complete "Get-BackupSite 'na").CompletionText | Should -Be "'nas'"
        (Complete 'Get-BackupSite "na').CompletionText | Should -Be '"nas"'
        (Complete 'New-BackupSite x noop -Retention ').CompletionText | Where-Object { $_ -match ' ' } | Should -Match "^'.*'$"
        (Complete 'Get-BackupSite 2').CompletionText | Should -Be 2nd_site
        & ([scriptblock]::Create("Get-BackupSite $((Complete 'Get-BackupSite 2').CompletionText)")) | Should -Not -BeNullOrEmpty
        (Complete 'New-BackupSite x file').CompletionText | Should -Be filesystem
        (Complete "New-BackupSite x 'file").CompletionText | Should -Be "'filesystem'"
    }

    It 'looks in the home that is named, as the current folder reads it' {
        Push-Location $root
        try {
            (Complete 'Get-BackupSite -PlatformHome ./home -Name n').CompletionText | Should -Be nas
            (Complete 'Get-BackupSite -PlatformHome ./nothing -Name n').CompletionText | Should -Not -Contain nas
            "$root/nothing" | Should -Not -Exist
        }
        finally {
            Pop-Location
        }
    }

    It 'offers nothing, and fails with nothing, where the catalog is damaged' {
        $null = New-Item -ItemType Directory "$root/damaged"
        Set-Content "$root/damaged/platform.db" 'not a database'
        $Error.Clear()
        (Complete "Get-BackupSite -PlatformHome $root/damaged -Name n").CompletionText | Should -Not -Contain nas
        (Complete 'Get-BackupSite -PlatformHome Env:/x -Name n').CompletionText | Should -Not -Contain nas
        $Error | Should -BeNullOrEmpty
    }
}
